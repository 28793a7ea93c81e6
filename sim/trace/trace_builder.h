// Makes a trace from the events of a record, one after the other.
//
// A service begins when the component is free: when the message is delivered, or when the component is done
// with the one before; it ends in the event during which the component wrote that the message is settled, one
// latency before the bus learns of it. A publication is shown when it is written. A message leaves its queue,
// and no longer counts in its depth, when the bus sends it; all of these times are those of causes
// (docs/event-record.md).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "sim/record/event_record.h"
#include "sim/trace/queue_copies.h"
#include "sim/trace/queue_depth.h"
#include "sim/trace/run_trace.h"

namespace dse {

class TraceBuilder {
 public:
  // `path` is that of the record, for errors. Throws InputError, as do the others, when the record cannot be
  // true.
  TraceBuilder(const EventRecord& record, std::string path);

  // The next event, in the order of their numbers.
  void add(const EventRow& event);
  void add_strike(const StrikeRow& strike);
  // Something that a component did at that time, such as a refusal; on a track of its own when there is no
  // such component.
  void add_mark(const std::string& component, TimeNs time_ns, const std::string& name,
                const std::string& detail);
  // A point of a component's curve, in the order of time.
  void add_value(const std::string& component, const std::string& metric, TimeNs time_ns, double value);

  // Returns the trace of a run that ended at that time. Called once, last.
  RunTrace finish(TimeNs end_ns);

 private:
  struct Past {  // what later events ask of an earlier one
    TimeNs time_ns = 0;
    std::int64_t cause = 0;
    EventCode kind = EventCode::kStarted;
  };
  struct Settled {
    std::int64_t in = 0;
    std::int64_t row = 0;
  };
  struct Component {
    std::uint32_t group = kNoTrack;
    std::uint32_t instants = kNoTrack;
    std::vector<std::uint32_t> lanes;
    std::map<std::string, std::uint32_t> curves;
    std::vector<std::uint32_t> held;  // slices that are not over
    bool is_closed = false;
    // The event in which it settled messages last, the row that told the bus of the last of them, and the
    // same of the event before that.
    Settled settled;
    Settled settled_before;
  };
  struct Queue {
    std::string name;  // fit to be shown
    std::uint32_t group = kNoTrack;
    std::uint32_t instants = kNoTrack;
    QueueDepth depth;
  };
  struct MessageInfo {
    std::uint32_t id = 0;           // number in ids_
    std::uint32_t correlation = 0;  // likewise; 0: none
    std::uint32_t writer = 0;       // text
    TimeNs timestamp_ns = -1;
  };
  // When and how a slice is over, and the event that says so.
  struct Ending {
    TimeNs time_ns = 0;
    std::uint32_t outcome = 0;  // text
    std::int64_t event = 0;
  };

  void read_messages(const EventRecord& record);
  void make_tracks(const EventRecord& record);
  void check(const EventRow& event) const;
  std::uint32_t id_number(const std::string& id);
  std::uint32_t add_track(std::string name, TrackKind kind, std::uint32_t parent);
  std::uint32_t lane(std::uint32_t component, std::uint32_t number);
  const Past& past(std::int64_t event) const { return past_[static_cast<std::size_t>(event)]; }
  const MessageInfo& message(std::int64_t number) const {
    return messages_[static_cast<std::size_t>(number)];
  }

  void take_copies(const EventRow& event, TraceMark& mark);
  void publish(const EventRow& event);
  void dead_letter(const EventRow& event);
  void deliver(const EventRow& event);
  void settle(const EventRow& event);
  void leave_queue(const EventRow& event);
  void lose(const EventRow& event);
  void close(const EventRow& event);
  void instant(const EventRow& event);
  std::uint32_t track_of(const EventRow& event);
  std::uint32_t group_of(std::size_t queue);
  std::uint32_t instants_of(std::size_t queue);
  std::uint32_t other_track(const std::string& name);
  void add_moment(TimeNs time_ns, std::int64_t event, std::uint32_t track, const TraceMark& mark);
  void add_counter(TimeNs time_ns, std::uint64_t event, std::uint32_t track, double value);
  std::uint64_t key_of_answer(std::int64_t component, std::uint32_t id) const;
  std::int64_t begun_in(std::int64_t done_before_in, std::int64_t ended_in) const;
  void end_slice(std::uint32_t number, TimeNs free_ns, std::int64_t free_row, const Ending& ending);
  void end_unsettled(const Component& component, std::uint32_t slice, const Ending& otherwise);
  void add_depths();
  void add_slices();

  std::string path_;
  RunTrace trace_;
  std::vector<Past> past_ = {Past()};  // by number of the event
  std::vector<MessageInfo> messages_ = {MessageInfo()};
  std::unordered_map<std::string, std::uint32_t> ids_ = {{"", 0}};
  std::map<std::int64_t, std::vector<std::int64_t>> routes_;
  std::vector<Component> components_;
  std::map<std::string, std::size_t> component_numbers_;
  std::vector<Queue> queues_;
  std::uint32_t queues_group_ = kNoTrack;
  std::uint32_t components_group_ = kNoTrack;
  std::map<std::string, std::uint32_t> other_tracks_;
  std::vector<std::uint32_t> code_names_;     // texts, by number of the code
  std::vector<std::uint32_t> publish_names_;  // texts, by resource
  QueueCopies copies_;
  std::vector<Ending>
      lost_;  // by slice: how it is over unless it turns out to be settled before; event 0: not lost
  std::unordered_map<std::uint64_t, std::uint32_t> answerable_;  // copies by component and id
};

}  // namespace dse
