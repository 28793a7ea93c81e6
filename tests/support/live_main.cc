// dse_live SCENARIO CAPTURE SEED MESSAGES KILLED_AFTER [NAME]: an attached run without a real broker. It
// writes the capture and prints the five fingerprints, or it kills itself. NAME appears in ids, keys and a
// header.
#include <fmt/format.h>

#include <cstdlib>

#include "dse/error.h"
#include "sim/scenario/scenario_reader.h"
#include "support/live_driver.h"

namespace {

int attach(char** arguments, const std::string& name) {
  const dse::Scenario scenario = dse::read_scenario(arguments[1], dse::built_in_tables(), {});
  const std::uint64_t seed = std::strtoull(arguments[3], nullptr, 10);
  dse::RandomStream random(seed, "live", "traffic");
  dse::World world(scenario, {.seed = seed},
                   [](const std::string&) -> dse::LineSink { return [](std::string_view) {}; });
  dse::CaptureWriter capture(arguments[2], dse::capture_header(scenario, world.data(), seed, 0));
  const LiveOptions options{.messages = std::atoi(arguments[4]),
                            .step_ns_max = 2'000'000,
                            .payload_bytes = 28 * 28,
                            .name = name,
                            .killed_after = std::atoi(arguments[5])};
  const dse::RunResult result = LiveDriver(world, scenario, capture, random, options).run();
  const dse::Fingerprints& prints = result.fingerprints;
  fmt::print("{} {} {} {} {}\n", prints.events, prints.payload, prints.draws, prints.predictions,
             prints.models);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 6 && count != 7) return 2;
  try {
    return attach(arguments, count == 7 ? arguments[6] : "");
  } catch (const dse::RunError& error) {
    fmt::print(stderr, "dse_live: {}\n", error.what());
    return 3;
  }
}
