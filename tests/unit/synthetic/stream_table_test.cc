#include "synthetic/stream_table.h"

#include <cstdint>
#include <set>
#include <stdexcept>

#include "dse/hash.h"
#include "support/catch.h"
#include "unit/synthetic/synthetic_rows.h"

using namespace dse;

namespace {

std::unique_ptr<SyntheticStream> make(const std::string& name, const StreamValues& values,
                                      OwnRandom& random) {
  const auto streams = built_in_synthetic_streams();
  const SyntheticStreamInfo* info = find_stream(streams, name);
  REQUIRE(info != nullptr);
  return info->make(values, random.get());
}

// The digest of the bytes of 10,000 rows, labels included.
std::string digest_of(const std::string& name, const StreamValues& values) {
  OwnRandom random(1);
  const auto stream = make(name, values, random);
  Hasher hasher;
  for (const LabelledRow& row : take(*stream, 10'000)) {
    hasher.add(std::as_bytes(std::span(row.features)));
    hasher.add_i64(row.label);
  }
  return hex64(hasher.digest());
}

}  // namespace

TEST_CASE("the table has four streams, each described with all its options") {
  const auto streams = built_in_synthetic_streams();
  std::vector<std::string> names;
  for (const SyntheticStreamInfo& stream : streams) {
    CAPTURE(stream.name);
    names.push_back(stream.name);
    CHECK(stream.meaning.ends_with('.'));
    CHECK_FALSE(stream.source.empty());
    std::set<std::string> options;
    for (const StreamOption& option : stream.options) {
      CAPTURE(option.key.name);
      CHECK(options.insert(option.key.name).second);
      CHECK_FALSE(option.key.meaning.empty());
      CHECK_FALSE(option.source.empty());
      CHECK_FALSE(std::holds_alternative<std::monostate>(option.key.fallback));
      // A reader takes the fallbacks as it takes what a user gives.
      CHECK_NOTHROW(
          StreamOptionReader(stream.name, stream.options, {{option.key.name, option.key.fallback}}));
    }
  }
  CHECK(names == std::vector<std::string>{"sea", "agrawal", "hyperplane", "led"});
  CHECK(find_stream(streams, "stagger") == nullptr);
}

TEST_CASE("a stream says how many features and classes it has, and what they are called") {
  OwnRandom random(1);
  const auto sea = make("sea", {}, random);
  CHECK(sea->feature_names() == std::vector<std::string>{"f1", "f2", "f3"});
  CHECK(sea->class_names() == std::vector<std::string>{"at-most", "above"});
  const auto agrawal = make("agrawal", {}, random);
  CHECK(agrawal->features() == 9);
  CHECK(agrawal->feature_names().back() == "loan");
  CHECK(agrawal->class_names() == std::vector<std::string>{"A", "B"});
  const auto hyperplane = make("hyperplane", {{"features", std::int64_t{3}}}, random);
  CHECK(hyperplane->feature_names() == std::vector<std::string>{"x1", "x2", "x3"});
  CHECK(hyperplane->class_names() == std::vector<std::string>{"negative", "positive"});
  CHECK(make("led", {}, random)->features() == 24);
  const auto led = make("led", {{"irrelevant", false}}, random);
  CHECK(led->features() == 7);
  CHECK(led->classes() == 10);
  CHECK(led->class_names().at(9) == "9");
}

TEST_CASE("a row draws as many numbers as its stream says, by purpose") {
  struct Draws {
    std::string name;
    StreamValues values;
    std::uint64_t features;
    std::uint64_t noise;
    std::uint64_t drift;
  };
  const StreamValues still = {{"noise", 0.0}};
  const StreamValues moving = {{"noise", 0.0}, {"magnitude", 0.1}};
  const StreamValues straight = {{"magnitude", 0.1}, {"sigma", 0.0}};
  const StreamValues all = {{"magnitude", 0.1}, {"drift_features", std::int64_t{3}}};
  for (const Draws& each : {Draws{"sea", still, 2, 0, 0}, Draws{"sea", {}, 2, 1, 0},
                            Draws{"agrawal", {{"perturbation", 0.0}}, 7, 0, 0}, Draws{"agrawal", {}, 7, 3, 0},
                            Draws{"hyperplane", still, 5, 0, 0}, Draws{"hyperplane", {}, 5, 1, 0},
                            Draws{"hyperplane", moving, 5, 0, 1}, Draws{"hyperplane", straight, 5, 1, 0},
                            Draws{"hyperplane", all, 5, 1, 2}, Draws{"led", still, 2, 0, 0},
                            Draws{"led", {}, 2, 4, 0}, Draws{"led", {{"irrelevant", false}}, 1, 4, 0}}) {
    OwnRandom random(1);
    const auto stream = make(each.name, each.values, random);
    const std::uint64_t weights = each.name == "hyperplane" ? 10 : 0;
    CHECK(random.drift.draws() == weights);
    take(*stream, 100);
    CAPTURE(each.name, each.features, each.noise, each.drift);
    CHECK(random.features.draws() == 100 * each.features);
    CHECK(random.noise.draws() == 100 * each.noise);
    CHECK(random.drift.draws() == weights + 100 * each.drift);
  }
}

TEST_CASE("every option of a stream is read") {
  const std::string sea = digest_of("sea", {});
  CHECK(digest_of("sea", {{"variant", std::int64_t{1}}}) != sea);
  CHECK(digest_of("sea", {{"noise", 0.2}}) != sea);
  const std::string agrawal = digest_of("agrawal", {});
  CHECK(digest_of("agrawal", {{"function", std::int64_t{2}}}) != agrawal);
  CHECK(digest_of("agrawal", {{"perturbation", 0.1}}) != agrawal);
  CHECK(digest_of("agrawal", {{"balanced", true}}) != agrawal);
  const StreamValues moving = {{"magnitude", 0.01}};
  const std::string hyperplane = digest_of("hyperplane", moving);
  CHECK(digest_of("hyperplane", {}) != hyperplane);
  for (const auto& [name, value] : StreamValues{{"features", std::int64_t{11}},
                                                {"drift_features", std::int64_t{3}},
                                                {"sigma", 0.2},
                                                {"noise", 0.1}}) {
    CAPTURE(name);
    StreamValues changed = moving;
    changed[name] = value;
    CHECK(digest_of("hyperplane", changed) != hyperplane);
  }
  const std::string led = digest_of("led", {});
  CHECK(digest_of("led", {{"noise", 0.2}}) != led);
  CHECK(digest_of("led", {{"irrelevant", false}}) != led);
  CHECK(digest_of("led", {{"swapped_features", std::int64_t{1}}}) != led);
}

TEST_CASE("options that do not go together are refused with a sentence") {
  OwnRandom random(1);
  CHECK_THROWS_WITH(
      make("hyperplane", {{"features", std::int64_t{2}}, {"drift_features", std::int64_t{3}}}, random),
      "drift_features of hyperplane is at most features, 2, not 3");
  CHECK_THROWS_AS(make("led", {{"irrelevant", false}, {"swapped_features", std::int64_t{1}}}, random),
                  std::invalid_argument);
  CHECK_THROWS_WITH(make("agrawal", {{"function", std::int64_t{0}}}, random),
                    "function of agrawal is an integer from 1 to 10");
}

// These digests change only when the rows are to change: then print the new ones and say why in the commit.
TEST_CASE("the rows of each stream are the same bytes everywhere") {
  CHECK(digest_of("sea", {}) == "b538fa09e6f65ffc");
  CHECK(digest_of("agrawal", {{"function", std::int64_t{10}}}) == "6dadf5cd9d3b1929");
  CHECK(digest_of("agrawal", {{"function", std::int64_t{5}}, {"balanced", true}}) == "b979c48ab392f755");
  CHECK(digest_of("hyperplane", {{"magnitude", 0.001}}) == "daec66b68ca60a00");
  CHECK(digest_of("led", {{"swapped_features", std::int64_t{3}}}) == "8c00c560b8f89010");
}
