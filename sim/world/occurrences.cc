#include "sim/world/occurrences.h"

#include "sim/record/event_code_info.h"

namespace dse {

void Occurrences::note(const RunEvent& event) {
  switch (event.code) {
    case EventCode::kStarted:
      if (event.time_ns == 0) return;  // as all do that do not say when
      break;
    case EventCode::kCrashed:
    case EventCode::kStruck:
    case EventCode::kFaultDue:
    case EventCode::kStopped:
    case EventCode::kRestarted:
    case EventCode::kCheckpoint:
    case EventCode::kQueueRemoved:
      break;
    default:
      return;
  }
  add(event, info_of(event.code).name);
}

void Occurrences::add_alarm(const RunEvent& event) {
  const HeaderValue* level = (*event.message)->headers().find(kAlarmLevel);
  const bool warning = level != nullptr && to_text(*level) == kWarningLevel;
  add(event, warning ? "warning" : "alarm");
}

void Occurrences::add(const RunEvent& event, std::string_view what) {
  if (++counts_[{event.component_number, std::string(what), event.fault_number}] > kKept) {
    ++left_out_;
    return;
  }
  Occurrence one{
      .time_ns = event.time_ns,
      .component = std::string(event.component_number == kNoComponent ? event.resource() : event.component()),
      .what = std::string(what)};
  if (event.fault_number != kNoFault) one.fault = event.fault_number;
  if (event.message != nullptr) one.message = (*event.message)->id();
  all_.push_back(std::move(one));
}

}  // namespace dse
