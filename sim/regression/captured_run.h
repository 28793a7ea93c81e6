// Repeats an attached run from its capture, without a broker.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "sim/capture/capture_reader.h"
#include "sim/world/world.h"

namespace dse {

// A capture that fits a scenario, and how far it is repeated.
struct CapturedInput {
  std::string path;
  CaptureSurvey survey;
  TimeNs end_ns = 0;
};

// The capture in the file `path`, to be repeated up to and including `until_ns`, or to its end. Throws
// InputError when it is no capture, or one of another scenario or version; when it was cut off and `until_ns`
// does not say how much of it to take; and when it does not go that far.
CapturedInput open_capture(const std::string& path, const Scenario& scenario, std::optional<TimeNs> until_ns);

// World::run, or what came into the run again when there is something captured, which must be of this
// world's scenario. Throws as World::run does, and InputError when the capture changed meanwhile.
RunResult run_world(World& world, const Scenario& scenario, const CapturedInput* captured,
                    const std::atomic<bool>& interrupted, const ProgressSink& progress);

}  // namespace dse
