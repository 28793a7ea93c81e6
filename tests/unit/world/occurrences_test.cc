// What happens to components as a whole, kept up to a bound.
#include "sim/world/occurrences.h"

#include <fmt/format.h>

#include <optional>

#include "support/catch.h"

using namespace dse;

namespace {

struct Names : RunNames {
  std::string_view component(ComponentIndex index) const override { return index.number() == 0 ? "a" : "b"; }
  std::string_view resource(ResourceIndex) const override { return "queue"; }
};

struct Told {
  Names names;
  Occurrences occurrences;

  void tell(TimeNs time_ns, std::uint32_t component, EventCode code,
            const std::optional<MessagePtr>& message = {}, std::uint32_t fault = kNoFault) {
    RunEvent event{.names = names};
    event.time_ns = time_ns;
    event.code = code;
    event.component_number = component == UINT32_MAX ? kNoComponent : ComponentIndex(component);
    event.resource_number = ResourceIndex(0);
    event.message = message ? &*message : nullptr;
    event.fault_number = fault;
    occurrences.on_event(event);
  }
  // "5 a crashed", with fault and message.
  std::vector<std::string> texts() const {
    std::vector<std::string> texts;
    for (const Occurrence& one : occurrences.all()) {
      std::string text = fmt::format("{} {} {}", one.time_ns, one.component, one.what);
      if (one.fault) text += fmt::format(" of {}", *one.fault);
      if (!one.message.empty()) text += " " + one.message;
      texts.push_back(text);
    }
    return texts;
  }
};

using Texts = std::vector<std::string>;

MessagePtr message_of(const std::string& id, std::string_view content_type) {
  return make_message({.id = id, .content_type = std::string(content_type)});
}

}  // namespace

TEST_CASE("occurrences are kept in their order, with what they concern") {
  Told told;
  told.tell(0, 0, EventCode::kStarted);  // as all do that do not say when
  told.tell(5, 1, EventCode::kStarted);
  told.tell(6, 0, EventCode::kStruck, message_of("m-1", "text/plain"), 2);
  told.tell(6, 0, EventCode::kCrashed);
  told.tell(7, 0, EventCode::kFaultDue, {}, 0);
  told.tell(8, 0, EventCode::kRestarted);
  told.tell(9, 1, EventCode::kCheckpoint);
  told.tell(10, 1, EventCode::kStopped);
  told.tell(11, UINT32_MAX, EventCode::kQueueRemoved);
  CHECK(told.texts() == Texts{"5 b started", "6 a struck of 2 m-1", "6 a crashed", "7 a fault due of 0",
                              "8 a restarted", "9 b checkpoint", "10 b stopped", "11 queue queue removed"});
  CHECK(told.occurrences.left_out() == 0);
}

TEST_CASE("an alarm is one, whether anybody hears it or not; other messages are none") {
  Told told;
  told.tell(1, 0, EventCode::kPublished, message_of("a-1", kAlarmContentType));
  told.tell(2, 0, EventCode::kUnroutable, message_of("a-2", kAlarmContentType));
  told.tell(2, 0, EventCode::kReturned, message_of("a-3", kAlarmContentType));
  told.tell(3, 0, EventCode::kPublished, message_of("a-4", "text/plain"));
  told.tell(4, 1, EventCode::kDelivered, message_of("a-1", kAlarmContentType));
  told.tell(5, 1, EventCode::kDeadLettered, message_of("a-1", kAlarmContentType));
  told.tell(6, 1, EventCode::kAcknowledged, message_of("a-1", kAlarmContentType));
  CHECK(told.texts() == Texts{"1 a alarm a-1", "2 a alarm a-2", "2 a alarm a-3"});
}

TEST_CASE("of one component, sort and fault only the first are kept, and the others counted") {
  Told told;
  for (TimeNs time_ns = 1; time_ns <= 1003; ++time_ns) told.tell(time_ns, 0, EventCode::kStruck, {}, 1);
  CHECK(told.occurrences.all().size() == Occurrences::kKept);
  CHECK(told.occurrences.all().back().time_ns == 1000);
  CHECK(told.occurrences.left_out() == 3);
  told.tell(2000, 0, EventCode::kStruck, {}, 2);  // another fault
  told.tell(2000, 1, EventCode::kStruck, {}, 1);  // another component
  told.tell(2000, 0, EventCode::kCrashed);        // another sort
  CHECK(told.occurrences.all().size() == Occurrences::kKept + 3);
  CHECK(told.occurrences.left_out() == 3);
}
