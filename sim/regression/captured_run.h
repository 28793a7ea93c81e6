// Repeats an attached run from its capture, without a real broker.
#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "sim/capture/capture_reader.h"
#include "sim/world/world.h"

namespace dse {

// A capture that fits a scenario, and how far to repeat it.
struct CapturedInput {
  std::string path;
  CaptureSurvey survey;
  // The last time that is repeated. Empty for a capture of no run: it goes on as Scenario::until_ns says.
  std::optional<TimeNs> end_ns;
};

// Opens the capture in the file `path`, to be repeated up to and including `until_ns`, or to its end. Throws
// InputError when it is not a capture, or is one of another scenario or version; when it was cut off and
// `until_ns` does not say how much of it to take; and when it does not go that far. One of no run fits each
// scenario that has its imports.
CapturedInput open_capture(const std::string& path, const Scenario& scenario, std::optional<TimeNs> until_ns);

// Runs the world: with the captured messages if `captured` is not null, which must be from this world's
// scenario, else by World::run. Throws as World::run does, and InputError when the capture changed meanwhile.
RunResult run_world(World& world, const Scenario& scenario, const CapturedInput* captured,
                    const std::atomic<bool>& interrupted, const ProgressSink& progress);

}  // namespace dse
