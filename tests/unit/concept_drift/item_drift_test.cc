// Which items drift, what is drawn for it, and what is refused of drifts that do not fit the data.
#include "concept_drift/item_drift.h"

#include <cmath>
#include <map>

#include "dataset/dataset_maker.h"
#include "dse/error.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "unit/dataset/idx_files.h"

using namespace dse;

namespace {

constexpr TimeNs kSecond = kNanosecondsPerSecond;

// A component with some drifts, whose random streams and effects can be looked at.
struct Sender {
  std::uint64_t seed = 1;
  std::vector<ConceptDrift> drifts = {};
  std::string name = "camera";
  std::string called = "camera";  // the name of its [component.NAME]
  RandomStreams random{seed};
  std::map<std::size_t, std::vector<DriftEffect>> effects = {};

  MakeContext context() {
    for (std::size_t number = 0; number < drifts.size(); ++number) {
      drifts[number].number = number;
      drifts[number].stream = "drift " + std::to_string(number);
    }
    return {.name = name,
            .random = [this](const std::string& purpose) -> RandomStream& {
              return random.stream(name, purpose);
            },
            .drifts = drifts,
            .drifted = [this](std::size_t drift, DriftEffect effect) { effects[drift].push_back(effect); },
            .called = [this](const std::string&) { return called; }};
  }
  ItemDrift drift(const Dataset& dataset) { return {context(), dataset}; }
};

std::shared_ptr<const Dataset> rows() {
  return DatasetMaker::without_file(
      {.name = "rows", .feature_names = {"x1", "x2"}, .class_names = {"a", "b", "c"}});
}

// The images have 2 x 3 pixels and no labels.
std::shared_ptr<const Dataset> images() {
  const TemporaryFolder folder;
  return load_dataset(write_file(folder.file("images"), image_file(4, 2, 3)), std::nullopt);
}

ConceptDrift swap_of(std::array<int, 2> classes, TimeNs at_ns = 0) {
  return {.kind = ConceptDriftKind::kClassSwap, .components = {"camera"}, .at_ns = at_ns, .classes = classes};
}

int label_at(ItemDrift& drift, int label, TimeNs now_ns) {
  DataItem item{.label = label};
  drift.apply(item, now_ns);
  return *item.label;
}

std::string refusal_of(ConceptDrift drift, const Dataset& dataset) {
  drift.components = {"camera"};
  drift.place = {.file = "s.toml", .line = 7, .column = 8, .key = "drift.0.kind"};
  Sender sender{.drifts = {drift}};
  return input_error([&] { sender.drift(dataset); });
}

}  // namespace

TEST_CASE("drifts apply in the order of the scenario, from their time on") {
  Sender sender{.drifts = {swap_of({0, 1}, 5 * kSecond), swap_of({1, 2}, 10 * kSecond)}};
  ItemDrift drift = sender.drift(*rows());
  CHECK(label_at(drift, 0, 5 * kSecond - 1) == 0);
  CHECK(label_at(drift, 0, 5 * kSecond) == 1);
  CHECK(label_at(drift, 0, 10 * kSecond) == 2);
  CHECK(label_at(drift, 2, 10 * kSecond) == 1);
  CHECK(sender.effects[0].size() == 3);
  CHECK(sender.effects[1].size() == 2);
  CHECK(sender.random.draws().empty());  // an abrupt swap draws nothing
}

TEST_CASE("only the components that a drift names drift, and replicas by the name of all") {
  Sender other{.drifts = {swap_of({0, 1})}, .name = "other", .called = "other"};
  ItemDrift none = other.drift(*rows());
  CHECK(label_at(none, 0, 0) == 0);
  Sender replica{.drifts = {swap_of({0, 1})}, .name = "camera-2"};
  ItemDrift one = replica.drift(*rows());
  CHECK(label_at(one, 0, 0) == 1);
}

TEST_CASE("what is left out meets no further drift") {
  ConceptDrift prior{.kind = ConceptDriftKind::kClassPrior, .components = {"camera"}, .weights = {0, 1, 1}};
  Sender sender{.drifts = {prior, swap_of({0, 1})}};
  ItemDrift drift = sender.drift(*rows());
  DataItem item{.label = 0};
  CHECK_FALSE(drift.apply(item, 0));
  CHECK(sender.effects[0] == std::vector{DriftEffect::kLeftOut});
  CHECK(sender.effects[1].empty());
}

// Over many seeds, the frequency of the new concept is the sigmoid's probability.
TEST_CASE("items of a gradual drift are of the new concept with the sigmoid's probability") {
  ConceptDrift gradual = swap_of({0, 1}, 10 * kSecond);
  gradual.transition = DriftTransition::kGradual;
  gradual.width_ns = 4 * kSecond;
  std::map<int, int> changed;  // by second
  constexpr int kSeeds = 4'000;
  for (int seed = 0; seed < kSeeds; ++seed) {
    Sender sender{.seed = static_cast<std::uint64_t>(seed), .drifts = {gradual}};
    ItemDrift drift = sender.drift(*rows());
    for (const int second : {6, 8, 9, 10, 11, 12, 14})
      changed[second] += label_at(drift, 0, second * kSecond);
  }
  for (const auto& [second, count] : changed) {
    CAPTURE(second, count);
    const double expected = 1 / (1 + std::exp(-4.0 * (second - 10) / 4));
    const double error = std::sqrt(expected * (1 - expected) / kSeeds);
    CHECK(std::fabs(static_cast<double>(count) / kSeeds - expected) < 4.5 * error);
  }
}

TEST_CASE("another drift shifts no draw of a drift") {
  ConceptDrift gradual = swap_of({0, 1}, 10 * kSecond);
  gradual.transition = DriftTransition::kGradual;
  gradual.width_ns = 4 * kSecond;
  std::vector<int> alone;
  Sender first{.drifts = {gradual}};
  ItemDrift one = first.drift(*rows());
  for (int i = 0; i < 100; ++i) alone.push_back(label_at(one, 0, 10 * kSecond));
  ConceptDrift other = gradual;
  other.classes = {1, 2};
  Sender second{.drifts = {gradual, other}};
  ItemDrift both = second.drift(*rows());
  for (int i = 0; i < 100; ++i)
    CHECK((label_at(both, 0, 10 * kSecond) > 0) == (alone[static_cast<std::size_t>(i)] > 0));
}

TEST_CASE("a drift that does not fit a table is refused") {
  using Kind = ConceptDriftKind;
  const auto refusal = [](const ConceptDrift& drift) { return refusal_of(drift, *rows()); };
  const std::string of_images =
      "s.toml:7:8: drift.0.kind: 'camera' sends rows of numbers, and this drift is of images";
  for (const Kind kind : {Kind::kRotation, Kind::kShift, Kind::kNoise, Kind::kContrast})
    CHECK_THAT(refusal({.kind = kind}), ContainsSubstring(of_images));
  CHECK_THAT(refusal({.kind = Kind::kClassSwap, .classes = {1, 3}}),
             ContainsSubstring("there is no class 3: the labels of what 'camera' sends are 0 to 2"));
  CHECK_THAT(
      refusal({.kind = Kind::kClassPrior, .weights = {1, 0.5}}),
      ContainsSubstring("2 weights for 3 classes, those of what 'camera' sends: expected one for each"));
  CHECK_THAT(refusal({.kind = Kind::kFeatureShift, .features = {"x3"}}),
             ContainsSubstring("'camera' sends no feature 'x3'; did you mean 'x1'?"));
}

TEST_CASE("a drift that does not fit images is refused") {
  using Kind = ConceptDriftKind;
  const auto refusal = [](const ConceptDrift& drift) { return refusal_of(drift, *images()); };
  CHECK(refusal({.kind = Kind::kRotation, .degrees = 30}) == "");
  CHECK(refusal({.kind = Kind::kShift, .by = {1, -2}}) == "");
  CHECK_THAT(refusal({.kind = Kind::kShift, .by = {2, 0}}),
             ContainsSubstring("moves images of 2 x 3, which 'camera' sends, out of sight"));
  CHECK_THAT(refusal({.kind = Kind::kShift, .by = {0, -3}}), ContainsSubstring("out of sight"));
  for (const Kind kind : {Kind::kFeatureShift, Kind::kFeatureScale})
    CHECK_THAT(refusal({.kind = kind}),
               ContainsSubstring("'camera' sends images, and this drift is of the features of a table"));
  for (const Kind kind : {Kind::kClassSwap, Kind::kClassPrior})
    CHECK_THAT(refusal({.kind = kind}),
               ContainsSubstring("'camera' knows no labels of what it sends, so its classes cannot drift"));
}
