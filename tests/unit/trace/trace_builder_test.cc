// What the trace of a small record has: the times of services, lanes, arrows, depths and instants.
#include "sim/trace/trace_builder.h"

#include <fmt/format.h>

#include "dse/error.h"
#include "support/catch.h"
#include "support/recorded_run.h"
#include "support/temporary_folder.h"

using dse::ComponentIndex;
using dse::EventCode;
using dse::ResourceIndex;

namespace {

constexpr ComponentIndex kSource{0};
constexpr ComponentIndex kWorker{1};
constexpr ResourceIndex kWork{0};
constexpr ResourceIndex kAnswers{1};

// A record that is written event by event; numbers count from 1.
class Draft {
 public:
  Draft() { record_.ending = {.components = {"source", "worker"}, .resources = {"work", "answers"}}; }

  void add(std::uint64_t cause, dse::TimeNs time_ns, EventCode kind, ComponentIndex component,
           ResourceIndex resource = dse::kNoResource, const dse::MessagePtr& message = {},
           const std::vector<ResourceIndex>& queues = {}) {
    record_.steps.push_back({.event = {.number = record_.steps.size() + 1,
                                       .cause = cause,
                                       .time_ns = time_ns,
                                       .kind = kind,
                                       .component = component,
                                       .resource = resource,
                                       .message = message},
                             .queues = queues});
  }

  dse::RunTrace trace(dse::TimeNs end_ns) const {
    const TemporaryFolder folder;
    record_.write(folder.file("events.sqlite"));
    const dse::EventRecord record(folder.file("events.sqlite"));
    dse::TraceBuilder builder(record, "events.sqlite");
    dse::EventRecord::Events events = record.events();
    while (const auto event = events.next()) builder.add(*event);
    return builder.finish(end_ns);
  }

 private:
  DraftRecord record_;
};

std::string path_of(const dse::RunTrace& trace, std::uint32_t track) {
  const dse::TraceTrack& one = trace.tracks[track];
  return one.parent == dse::kNoTrack ? one.name : path_of(trace, one.parent) + "/" + one.name;
}

// "20 components/worker/worker begin writer one waits 13 copy 1", one for each entry.
std::vector<std::string> lines_of(const dse::RunTrace& trace) {
  std::vector<std::string> lines;
  for (const dse::TraceEntry& entry : trace.entries) {
    std::string line = fmt::format("{} {}", entry.time_ns, path_of(trace, entry.track));
    if (entry.kind == dse::EntryKind::kCounter) line += fmt::format(" = {}", trace.values[entry.item]);
    if (entry.kind == dse::EntryKind::kBegin) {
      const dse::TraceSlice& slice = trace.slices[entry.item];
      line += fmt::format(" begin {} {} waits {} copy {}", trace.texts[slice.name],
                          trace.messages[slice.message], slice.wait_ns, slice.copy);
    }
    if (entry.kind == dse::EntryKind::kEnd) line += " end " + trace.texts[trace.slices[entry.item].outcome];
    if (entry.kind == dse::EntryKind::kInstant) {
      const dse::TraceMark& mark = trace.marks[entry.item];
      std::vector<std::uint64_t> flows;
      trace.flows_of(mark, flows);
      line += " " + trace.texts[mark.name];
      for (const std::uint64_t flow : flows) line += fmt::format(" ->{}", flow);
    }
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("trace builder: two messages are served one after the other, and answered") {
  Draft draft;
  const auto one = text_message("one", "1");
  const auto two = text_message("two", "2");
  const auto answer = text_message("answer", "3", "two");
  draft.add(0, 0, EventCode::kStarted, kSource);                                   // 1
  draft.add(1, 10, EventCode::kPublished, kSource, kWork, one, {kWork});           // 2: written at 0
  draft.add(1, 10, EventCode::kPublished, kSource, kWork, two, {kWork});           // 3
  draft.add(2, 20, EventCode::kDelivered, kWorker, kWork, one);                    // 4
  draft.add(3, 20, EventCode::kDelivered, kWorker, kWork, two);                    // 5
  draft.add(4, 25, EventCode::kTimer, kWorker);                                    // 6: one is done
  draft.add(6, 28, EventCode::kTimer, kWorker);                                    // 7: a step of two
  draft.add(7, 31, EventCode::kResult, kWorker);                                   // 8: two is done
  draft.add(6, 35, EventCode::kAcknowledged, kWorker, kWork, one);                 // 9
  draft.add(8, 41, EventCode::kPublished, kWorker, kAnswers, answer, {kAnswers});  // 10
  draft.add(8, 41, EventCode::kRejected, kWorker, kWork, two);                     // 11
  CHECK(lines_of(draft.trace(50)) == std::vector<std::string>{
                                         "0 queues/work/depth = 0",
                                         "0 queues/answers/depth = 0",
                                         "0 components/source/events started",
                                         "0 components/source/events publish to work ->1",
                                         "0 components/source/events publish to work ->2",
                                         "20 components/worker/worker begin writer one waits 13 copy 1",
                                         "25 components/worker/worker end acknowledged",
                                         "25 components/worker/worker begin writer two waits 18 copy 2",
                                         "31 components/worker/events publish to answers ->2",
                                         "31 components/worker/worker end rejected",
                                         "41 queues/answers/depth = 1",
                                     });
}

TEST_CASE(
    "trace builder: what waits counts in the depth until the bus sends it, and comes back when requeued") {
  Draft draft;
  const auto one = text_message("one", "1");
  const auto two = text_message("two", "2");
  draft.add(0, 5, EventCode::kPublished, kSource, kWork, one, {kWork});  // 1
  draft.add(0, 6, EventCode::kPublished, kSource, kWork, two, {kWork});  // 2
  draft.add(0, 8, EventCode::kStreamed, kWorker, kWork);                 // 3
  draft.add(3, 9, EventCode::kDelivered, kWorker, kWork, one);           // 4
  draft.add(4, 10, EventCode::kRequeued, kWorker, kWork, one);           // 5: at once
  draft.add(5, 11, EventCode::kRedelivered, kWorker, kWork, one);        // 6
  draft.add(5, 12, EventCode::kExpired, dse::kNoComponent, kWork, two);  // 7
  CHECK(lines_of(draft.trace(20)) == std::vector<std::string>{
                                         "0 queues/work/depth = 0",
                                         "5 components/source/events publish to work ->1",
                                         "5 queues/work/depth = 1",
                                         "6 components/source/events publish to work",
                                         "6 queues/work/depth = 2",
                                         "8 queues/work/depth = 1",
                                         "9 components/worker/worker begin writer one waits 2 copy 1",
                                         "9 components/worker/worker end requeued",
                                         "11 components/worker/worker begin writer one waits 4 copy 1",
                                         "12 queues/work/events expired",
                                         "12 queues/work/depth = 0",
                                         "20 components/worker/worker end not settled",
                                     });
}

TEST_CASE("trace builder: a crash ends what is held, but not what was settled before") {
  Draft draft;
  const auto one = text_message("one", "1");
  const auto two = text_message("two", "2");
  draft.add(0, 5, EventCode::kPublished, kSource, kWork, one, {kWork});  // 1
  draft.add(0, 5, EventCode::kPublished, kSource, kWork, two, {kWork});  // 2
  draft.add(1, 7, EventCode::kDelivered, kWorker, kWork, one);           // 3
  draft.add(2, 7, EventCode::kDelivered, kWorker, kWork, two);           // 4
  draft.add(3, 9, EventCode::kTimer, kWorker);                           // 5: one is done
  draft.add(0, 10, EventCode::kCrashed, kWorker);                        // 6
  draft.add(5, 11, EventCode::kAcknowledged, kWorker, kWork, one);       // 7: was under way
  draft.add(6, 12, EventCode::kClosed, kWorker);                         // 8
  CHECK(lines_of(draft.trace(12)) == std::vector<std::string>{
                                         "0 queues/work/depth = 0",
                                         "5 components/source/events publish to work ->1",
                                         "5 components/source/events publish to work ->2",
                                         "7 components/worker/worker begin writer one waits 0 copy 1",
                                         "9 components/worker/worker end acknowledged",
                                         "9 components/worker/worker begin writer two waits 2 copy 2",
                                         "10 components/worker/worker end crashed",
                                         "10 components/worker/events crashed",
                                         "12 components/worker/events closed",
                                         "12 queues/work/depth = 1",
                                     });
}

TEST_CASE("trace builder: what is held at once to the end has lanes") {
  Draft draft;
  const auto one = text_message("one", "1");
  draft.add(0, 5, EventCode::kPublished, kSource, kWork, one, {kWork});  // 1
  draft.add(0, 5, EventCode::kPublished, kSource, kWork, one, {kWork});  // 2: the same id twice
  draft.add(1, 7, EventCode::kDelivered, kWorker, kWork, one);
  draft.add(2, 8, EventCode::kDelivered, kWorker, kWork, one);
  const std::vector<std::string> lines = lines_of(draft.trace(9));
  REQUIRE(lines.size() == 7);
  CHECK(lines[3] == "7 components/worker/worker begin writer one waits 0 copy 1");
  CHECK(lines[4] == "8 components/worker/worker 2 begin writer one waits 1 copy 2");
}

TEST_CASE("trace builder: events that cannot be are refused") {
  const auto check_refused = [](std::uint64_t cause, dse::TimeNs time_ns, ComponentIndex component) {
    Draft draft;
    draft.add(0, 5, EventCode::kStarted, kSource);
    draft.add(cause, time_ns, EventCode::kStarted, component);
    CHECK_THROWS_AS(draft.trace(9), dse::InputError);
  };
  check_refused(2, 6, kSource);
  check_refused(1, 4, kSource);
  check_refused(1, 6, ComponentIndex{9});
}
