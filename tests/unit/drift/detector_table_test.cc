// The table of detectors makes each with the parameters that are set, and with its defaults otherwise.
#include "drift/detector_table.h"

#include <stdexcept>

#include "detectors.h"
#include "dse/error.h"

using namespace dse;

namespace {

const DriftDetectorInfo& detector(const std::string& name) {
  for (const DriftDetectorInfo& one : built_in_drift_detectors()) {
    if (one.name == name) return one;
  }
  FAIL("there is no detector " << name);
  return built_in_drift_detectors().front();
}

// Where it finds drifts in "shares".
std::string drifts(DriftDetector& detector) {
  const std::vector<double>& values = sequence("shares").values;
  return places(states(detector, values, 0, values.size()), DriftState::kDrift);
}

std::string drifts(const std::string& name, const DetectorParameters& parameters) {
  return drifts(*detector(name).make(parameters));
}

std::string refusal(const std::string& name, const DetectorParameters& parameters) {
  try {
    detector(name).make(parameters);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("each detector's parameters are those of its options") {
  Adwin adwin({.delta = 0.05,
               .clock = 8,
               .max_buckets = 7,
               .min_window_length = 9,
               .grace_period = 100,
               .variant = AdwinVariant::kRiver});
  CHECK(drifts("adwin", {{"delta", 0.05},
                         {"clock", std::int64_t{8}},
                         {"max_buckets", std::int64_t{7}},
                         {"min_window_length", std::int64_t{9}},
                         {"grace_period", std::int64_t{100}},
                         {"variant", std::string("river")}}) == drifts(adwin));
  Ddm ddm({.min_num_instances = 500, .warning_level = 1, .out_control_level = 1.5});
  CHECK(drifts("ddm", {{"min_num_instances", std::int64_t{500}},
                       {"warning_level", 1.0},
                       {"out_control_level", 1.5}}) == drifts(ddm));
  PageHinkley page_hinkley({.min_instances = 100, .delta = 0.1, .threshold = 5, .alpha = 0.99});
  CHECK(drifts("page-hinkley",
               {{"min_instances", std::int64_t{100}}, {"delta", 0.1}, {"threshold", 5.0}, {"alpha", 0.99}}) ==
        drifts(page_hinkley));
}

TEST_CASE("without parameters detectors have River's, and ADWIN the paper's algorithm") {
  Adwin paper({.variant = AdwinVariant::kPaper});
  Adwin river;
  const std::string found = drifts("adwin", {});
  CHECK(found == drifts(paper));
  CHECK(found != drifts(river));
  Ddm ddm;
  CHECK(drifts("ddm", {}) == drifts(ddm));
  PageHinkley page_hinkley;
  CHECK(drifts("page-hinkley", {}) == drifts(page_hinkley));
}

TEST_CASE("each default of the table is what the detector does without it") {
  for (const DriftDetectorInfo& one : built_in_drift_detectors()) {
    DetectorParameters all;
    for (const KeyInfo& key : one.parameters) all.emplace(key.name, key.fallback);
    INFO(one.name);
    CHECK(drifts(*one.make(all)) == drifts(*one.make({})));
  }
}

TEST_CASE("parameters out of their range are refused") {
  CHECK_THAT(refusal("adwin", {{"delta", 1.0}}), ContainsSubstring("delta is 1, expected"));
  CHECK_THAT(refusal("adwin", {{"clock", std::int64_t{0}}}), ContainsSubstring("clock is 0, expected 1 to"));
  CHECK_THAT(refusal("ddm", {{"warning_level", 4.0}}), ContainsSubstring("out_control_level is 3, expected"));
  CHECK_THAT(refusal("page-hinkley", {{"alpha", 0.0}}), ContainsSubstring("alpha is 0, expected"));
  CHECK_THROWS_AS(detector("adwin").make({{"delta", std::int64_t{1}}}), UsageError);
}

TEST_CASE("a detector says the mean of what it remembers") {
  for (const DriftDetectorInfo& one : built_in_drift_detectors()) {
    INFO(one.name);
    const auto made = one.make({});
    CHECK(made->mean() == 0);
    for (const double value : {1.0, 0.0, 0.0, 1.0}) made->update(value);
    CHECK(made->mean() == 0.5);
    made->reset();
    CHECK(made->mean() == 0);
  }
}
