#include "kinds/synthetic_source.h"

#include <cstring>
#include <stdexcept>

#include "dse/learner_table.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

SyntheticSourceOptions options_of(const std::string& stream, const StreamValues& values = {}) {
  return {.stream = *find_stream(built_in_synthetic_streams(), stream),
          .values = values,
          .to = "rows",
          .rate = {3, 1'000},
          .limit = 50};
}

std::unique_ptr<App> made(const SyntheticSourceOptions& options, Stage& stage) {
  return make_synthetic_source(options)->make(stage.context("source"));
}

std::vector<float> numbers_of(const Message& message) {
  std::vector<float> numbers(message.payload().size() / sizeof(float));
  std::memcpy(numbers.data(), message.payload().bytes().data(), numbers.size() * sizeof(float));
  return numbers;
}

// The rows that the stream itself makes, of the component's random streams.
struct PlainRows {
  std::vector<std::vector<float>> features;
  std::vector<int> labels;
};
PlainRows plain_rows(const SyntheticSourceOptions& options, std::size_t count, std::uint64_t seed = 1) {
  RandomStream features(seed, "source", "features");
  RandomStream noise(seed, "source", "noise");
  RandomStream drift(seed, "source", "drift");
  const auto stream =
      options.stream.make(options.values, {.features = features, .noise = noise, .drift = drift});
  PlainRows rows;
  for (std::size_t at = 0; at < count; ++at) {
    rows.features.emplace_back(stream->features());
    rows.labels.push_back(stream->next(rows.features.back()));
  }
  return rows;
}

// Reads keys that a test gives, as the reader of scenarios would.
class GivenKeys {
 public:
  explicit GivenKeys(std::map<std::string, KeyValue> values) : values_(std::move(values)) {}

  std::shared_ptr<const Component> read() const {
    const Kind kind = synthetic_source_kind();
    const LearnerTable learners;
    const KeyReader::Source source{.value =
                                       [this](const KeyInfo& key) {
                                         const auto found = values_.find(key.name);
                                         return found == values_.end() ? key.fallback : found->second;
                                       },
                                   .place =
                                       [](std::string_view key) {
                                         return InputPlace{.file = "scenario.toml",
                                                           .key = "component.source." + std::string(key)};
                                       },
                                   .learners = learners};
    return kind.read(KeyReader(kind.keys, source));
  }
  // The message; "" when there is none.
  std::string refusal() const {
    try {
      read();
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

 private:
  std::map<std::string, KeyValue> values_;
};

GivenKeys given(const std::string& stream, const std::string& options,
                const std::map<std::string, KeyValue>& more = {}) {
  std::map<std::string, KeyValue> values = {{"stream", stream},
                                            {"options", TableText{options}},
                                            {"to", std::string("rows")},
                                            {"rate", Rate{3, 1'000}},
                                            {"limit", std::int64_t{10}}};
  values.insert(more.begin(), more.end());
  return GivenKeys(std::move(values));
}

}  // namespace

TEST_CASE("the synthetic source sends the rows of its stream, as many as the limit says, and exits") {
  SyntheticSourceOptions how = options_of("agrawal", {{"function", std::int64_t{2}}});
  how.limit = 1'000;  // which takes several pieces of memory
  const PlainRows rows = plain_rows(how, 1'000);
  Stage stage;
  const auto source = made(how, stage);
  AppRun run("source", *source);
  run.run();
  CHECK(run.machine.status() == 0);
  CHECK(metric(*source, "sent") == 1'000);
  CHECK(run.link.calls.front() == "declare rows");
  REQUIRE(run.link.published.size() == 1'000);
  for (std::size_t number = 0; number < 1'000; ++number) {
    CAPTURE(number);
    const Message& message = *run.link.published[number].message;
    const int label = rows.labels[number];
    REQUIRE(numbers_of(message) == rows.features[number]);
    REQUIRE(message.key() == std::to_string(label));
    REQUIRE(message.headers() ==
            Headers{{"label", std::int64_t{label}}, {"class", std::string(label == 0 ? "A" : "B")}});
    REQUIRE(message.content_type() == "application/vnd.dse.f32");
    REQUIRE(message.id() == "source-" + std::to_string(number));
    REQUIRE(run.link.published[number].time_ns == static_cast<TimeNs>(number * 1'000 / 3));
  }
  CHECK(stage.truths.empty());
}

TEST_CASE("without labels on the bus, the synthetic source tells the truth before it sends the row") {
  SyntheticSourceOptions how = options_of("sea");
  how.labelled = false;
  how.key = "field.7";
  const PlainRows rows = plain_rows(how, 50);
  Stage stage;
  MakeContext context = stage.context("source");
  const FakeLink* link = nullptr;
  std::size_t too_late = 0;
  context.truth = [&](const std::string& id, int label) {
    stage.truths.emplace_back(id, label);
    if (link != nullptr && link->published.size() >= stage.truths.size()) ++too_late;
  };
  const auto source = make_synthetic_source(how)->make(context);
  AppRun run("source", *source);
  link = &run.link;
  run.run();
  CHECK(too_late == 0);
  REQUIRE(run.link.published.size() == 50);
  REQUIRE(stage.truths.size() == 50);
  REQUIRE(stage.indices.size() == 50);
  for (std::size_t number = 0; number < 50; ++number) {
    const Message& message = *run.link.published[number].message;
    CHECK(numbers_of(message) == rows.features[number]);
    CHECK(message.key() == "field.7");
    CHECK(message.headers().empty());
    CHECK(stage.truths[number] == std::pair(message.id(), rows.labels[number]));
    CHECK(stage.indices[number] == std::pair(message.id(), static_cast<std::uint32_t>(number)));
  }
}

TEST_CASE("after a crash the synthetic source goes on with the next row, and the limit counts all") {
  // A hyperplane that is drawn anew would have other weights.
  SyntheticSourceOptions how = options_of("hyperplane", {{"magnitude", 0.01}});
  how.limit = 30;
  const PlainRows rows = plain_rows(how, 30);
  Stage stage;
  const auto crashed = made(how, stage);
  AppRun before("source", *crashed);
  before.link.run(before.machine, 11);  // each time one row; the first was sent at the start
  const auto again = made(how, stage);
  again->add_counts(*crashed);
  AppRun after("source", *again);
  after.run();
  CHECK(after.machine.status() == 0);
  CHECK(metric(*again, "sent") == 30);
  REQUIRE(before.link.published.size() == 12);
  REQUIRE(after.link.published.size() == 18);
  CHECK(after.link.published.front().time_ns == 0);  // at once
  for (std::size_t number = 0; number < 30; ++number) {
    CAPTURE(number);
    const auto& published = number < 12 ? before.link.published[number] : after.link.published[number - 12];
    CHECK(numbers_of(*published.message) == rows.features[number]);
    CHECK(published.message->key() == std::to_string(rows.labels[number]));
  }
}

TEST_CASE("the synthetic source tells models how many numbers and classes there are") {
  DatasetCache cache;
  const auto led = make_synthetic_source(options_of("led", {{"irrelevant", false}}));
  const std::shared_ptr<const Dataset> data = led->dataset(cache);
  REQUIRE(data != nullptr);
  CHECK(data->features() == 7);
  CHECK(data->item_bytes() == 28);
  CHECK(data->classes() == 10);
  CHECK(data->class_names().at(3) == "3");
  const std::vector<Sample> samples = led->samples(*data, {.name = "source", .seed = 1});
  REQUIRE(samples.size() == 10);
  CHECK(samples[9].label == 9);
  CHECK(samples[9].key == "9");
  CHECK_THROWS_WITH(data->require_labels_below(4),
                    "the stream 'led': has 10 classes, of which '4' is the first beyond: "
                    "expected at most 4");
  SyntheticSourceOptions how = options_of("led");
  how.labelled = false;
  how.key = "digits";
  const auto unlabelled = make_synthetic_source(how);
  REQUIRE(unlabelled->samples(*data, {.name = "source", .seed = 1}).size() == 1);
  CHECK(unlabelled->samples(*data, {.name = "source", .seed = 1}).front().key == "digits");
  CHECK_FALSE(unlabelled->samples(*data, {.name = "source", .seed = 1}).front().label);
}

TEST_CASE("the options of a stream are read from a table") {
  DatasetCache cache;
  CHECK(given("hyperplane", R"({"features": 3, "noise": 0, "sigma": 0.5})")
            .read()
            ->dataset(cache)
            ->features() == 3);
  CHECK(given("led", R"({"irrelevant": false})").read()->dataset(cache)->features() == 7);
  CHECK(given("sea", "{}", {{"labelled", false}, {"key", std::string("k")}}).refusal().empty());
}

TEST_CASE("a wrong option of a stream is refused by its name") {
  const std::string key = "scenario.toml: component.source.options";
  CHECK(given("sea", R"({"nose": 0.1})").refusal() ==
        key + ".nose: is no option of the stream 'sea'; did you mean 'noise'?");
  CHECK(given("sea", R"({"name": "sea"})").refusal() ==
        key + ".name: is no option of the stream 'sea'; expected one of variant, noise");
  CHECK(given("sea", R"({"variant": 4})").refusal() ==
        key + ".variant: is 4: expected an integer from 0 to 3");
  CHECK(given("sea", R"({"noise": "much"})").refusal() == key + R"(.noise: is "much": expected a number)");
  CHECK(given("led", R"({"irrelevant": 1})").refusal() == key + ".irrelevant: is 1: expected true or false");
  CHECK(given("sea", R"({"noise": 1.5})").refusal() == key + ": noise of sea is a number from 0 to 1");
  CHECK(given("hyperplane", R"({"features": 2, "drift_features": 3})").refusal() ==
        key + ": drift_features of hyperplane is at most features, 2, not 3");
  CHECK(
      given("sea", "{}", {{"key", std::string("k")}}).refusal() ==
      "scenario.toml: component.source.key: is one too many: the key of a message with a label is its label");
}
