#include "drift/detector_table.h"

#include <fmt/format.h>

#include <cstdint>

#include "core/parameter_keys.h"
#include "drift/adwin.h"
#include "drift/ddm.h"
#include "drift/limits.h"
#include "drift/page_hinkley.h"
#include "dse/error.h"

namespace dse {
namespace {

constexpr const char* kPaper = "paper";

// Puts the parameter's value where it belongs, if it is set.
template <typename Value>
void take(const DetectorParameters& parameters, const char* name, Value& place) {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return;
  const auto* value = std::get_if<Value>(&found->second);
  if (value == nullptr)
    throw UsageError(fmt::format("the parameter '{}' of a detector has a value of another type", name));
  place = *value;
}

std::unique_ptr<DriftDetector> make_adwin(const DetectorParameters& parameters) {
  AdwinOptions options;
  take(parameters, "delta", options.delta);
  take(parameters, "clock", options.clock);
  take(parameters, "max_buckets", options.max_buckets);
  take(parameters, "min_window_length", options.min_window_length);
  take(parameters, "grace_period", options.grace_period);
  take(parameters, "only_rising", options.only_rising);
  std::string variant = kPaper;
  take(parameters, "variant", variant);
  options.variant = variant == kPaper ? AdwinVariant::kPaper : AdwinVariant::kRiver;
  return std::make_unique<Adwin>(options);
}

DriftDetectorInfo adwin() {
  const AdwinOptions defaults;
  return {
      .name = "adwin",
      .meaning = "Adaptive windowing: keeps the latest values that have one mean (Bifet and Gavaldà, 2007).",
      .parameters =
          {number_parameter("delta", defaults.delta,
                            "how likely a check may be to find a drift where there is none (the paper's "
                            "delta); above 0 and below 1"),
           integer_parameter("clock", defaults.clock, kAdwinClock,
                             "it looks for a drift at every so many values"),
           integer_parameter("max_buckets", defaults.max_buckets, kAdwinBuckets,
                             "the most buckets of one size (the paper's M): more give more cuts to try"),
           integer_parameter("min_window_length", defaults.min_window_length, kAdwinMinWindowLength,
                             "the fewest values on each side of a cut"),
           integer_parameter("grace_period", defaults.grace_period, kAdwinGracePeriod,
                             "in a window of at most so many values it does not look"),
           {.name = "variant",
            .type = KeyType::kChoice,
            .fallback = std::string(kPaper),
            .choices = {kPaper, "river"},
            .meaning = "whose algorithm: that of River (commit 4466595) notices drifts later than "
                       "that of the paper"},
           {.name = "only_rising",
            .type = KeyType::kFlag,
            .fallback = defaults.only_rising,
            .meaning = "whether only a greater mean is a drift, as in MOA; else it is one as well that "
                       "errors become fewer, as they do once a model has been reset"}},
      .make = make_adwin};
}

std::unique_ptr<DriftDetector> make_ddm(const DetectorParameters& parameters) {
  DdmOptions options;
  take(parameters, "min_num_instances", options.min_num_instances);
  take(parameters, "warning_level", options.warning_level);
  take(parameters, "out_control_level", options.out_control_level);
  return std::make_unique<Ddm>(options);
}

DriftDetectorInfo ddm() {
  const DdmOptions defaults;
  return {
      .name = "ddm",
      .meaning =
          "The drift detection method, for values from 0 to 1: errors are more frequent than they were at "
          "their rarest. It warns before (Gama, Medas, Castillo and Rodrigues, 2004).",
      .warns = true,
      .least = 0,
      .most = 1,
      .parameters = {integer_parameter("min_num_instances", defaults.min_num_instances, {1, kMinInstancesMax},
                                       "how many values it waits for at first, and after each drift"),
                     number_parameter(
                         "warning_level", defaults.warning_level,
                         "it warns when the rate of errors is so many deviations above its least; above 0"),
                     number_parameter("out_control_level", defaults.out_control_level,
                                      "there is a drift when it is so many above; at least `warning_level`")},
      .make = make_ddm};
}

std::unique_ptr<DriftDetector> make_page_hinkley(const DetectorParameters& parameters) {
  PageHinkleyOptions options;
  take(parameters, "min_instances", options.min_instances);
  take(parameters, "delta", options.delta);
  take(parameters, "threshold", options.threshold);
  take(parameters, "alpha", options.alpha);
  return std::make_unique<PageHinkley>(options);
}

DriftDetectorInfo page_hinkley() {
  const PageHinkleyOptions defaults;
  return {
      .name = "page-hinkley",
      .meaning = "The test of Page and Hinkley: values have been above their mean for too long (Page, 1954).",
      .parameters = {integer_parameter("min_instances", defaults.min_instances, {1, kMinInstancesMax},
                                       "how many values it waits for at first, and after each drift"),
                     number_parameter("delta", defaults.delta,
                                      "how far above the mean a value may be without counting; from 0"),
                     number_parameter("threshold", defaults.threshold,
                                      "there is a drift when the sum of what counts is above this; above 0"),
                     number_parameter("alpha", defaults.alpha,
                                      "each value first multiplies the sum by this; above 0 and at most 1")},
      .make = make_page_hinkley};
}

}  // namespace

const std::vector<DriftDetectorInfo>& built_in_drift_detectors() {
  static const std::vector<DriftDetectorInfo> table = {adwin(), ddm(), page_hinkley()};
  return table;
}

}  // namespace dse
