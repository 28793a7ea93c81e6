#include "sim/command/paced_run.h"

#include "core/diagnostics.h"

namespace dse {

CommandOption add_pace_option(ProgramCommand& command, double& pace) {
  return command.add_real("--pace", pace,
                          "virtual seconds a second (default: as fast as possible, which 0 says, too)",
                          {.least = 1e-6, .most = 1e6, .or_zero = true, .what = "a pace"});
}

CommandOption add_live_option(ProgramCommand& command, std::string& live) {
  return command.add_text(
      "--live", live,
      "serve a page that shows the run while it goes on: HOST:PORT, or a port of this machine; 0: any");
}

PacedRun::PacedRun(const Scenario& scenario, const Options& options)
    : pace_(options.pace), is_held_up_(options.pace > 0 || !options.live.empty()) {
  if (options.live.empty()) return;
  const LiveAddress address = parse_live_address(options.live);
  live_.emplace(scenario, address, pace_);
  tell("live page: {}\n", live_->url());
  if (!address.is_loopback())
    tell("warning: other machines reach it, too: who has this URL can steer the run\n");
}

std::function<void()> PacedRun::look() {
  if (!live_) return {};
  return [this] {
    if (world_ != nullptr) live_->look(*world_);
  };
}

std::function<void(TimeNs)> PacedRun::gate(const std::atomic<bool>& interrupted) {
  if (!is_held_up_) return {};
  const std::function<void()> meanwhile = live_ ? look() : [] {};
  return [this, &interrupted, meanwhile](TimeNs next_ns) { pace_.wait_for(next_ns, interrupted, meanwhile); };
}

void PacedRun::end(const RunResult& result) {
  if (live_) live_->end(result);
}

}  // namespace dse
