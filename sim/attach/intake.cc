#include "sim/attach/intake.h"

#include <atomic>
#include <utility>

namespace dse {
namespace {

const std::atomic<bool> kNever{false};

}  // namespace

void Intake::advance_to(TimeNs time_ns) {
  world_.advance_to(time_ns, kNever, [](TimeNs, std::uint64_t) {});
}

TimeNs Intake::next_ns() {
  last_ns_ = std::max({add_time(world_.now(), 1), paced_now_ns(), last_ns_});
  return last_ns_;
}

TimeNs Intake::import(std::size_t component, MessagePtr message) {
  const TimeNs time_ns = next_ns();
  capture_->add(scenario_.components[component].name, time_ns, *message);
  world_.import(component, std::move(message), time_ns);
  return time_ns;
}

TimeNs Intake::hand_in(ClientCommand&& command) {
  const TimeNs time_ns = next_ns();
  if (capture_ != nullptr) capture_->add(command, time_ns);
  world_.hand_in(std::move(command), time_ns);
  return time_ns;
}

TimeNs Intake::paced_now_ns() {
  // As fast as possible, what arrives comes after what has happened.
  const TimeNs now_ns = pace_.now_ns();
  const TimeNs paced_ns = now_ns == INT64_MAX ? 0 : now_ns;
  return scenario_.until_ns ? std::min(paced_ns, *scenario_.until_ns) : paced_ns;
}

}  // namespace dse
