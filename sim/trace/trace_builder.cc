#include "sim/trace/trace_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/printable.h"
#include "dse/error.h"
#include "sim/record/event_code_info.h"
#include "sim/trace/lanes.h"

namespace dse {
namespace {

// The numbers of messages and the ids of copies have this many bits in keys.
constexpr std::int64_t kMessagesMax = std::int64_t{1} << 32;
constexpr std::size_t kNamesMax = std::size_t{1} << 24;

// So many numbers may follow each other without a row; more are a damaged file, and would take memory.
constexpr std::int64_t kLeftOutMax = 10'000'000;

// Among the entries of one event, an end comes first, then a beginning, then what happens at one moment.
constexpr std::uint64_t kEndRank = 0;
constexpr std::uint64_t kBeginRank = 1;
constexpr std::uint64_t kMomentRank = 2;
constexpr std::uint64_t kRanks = 4;

std::uint64_t order_of(std::int64_t event, std::uint64_t rank) {
  return static_cast<std::uint64_t>(event) * kRanks + rank;
}

// Whether a component went on by itself: the event is about what it had begun before.
bool continues(EventCode kind) { return kind == EventCode::kTimer || kind == EventCode::kResult; }

}  // namespace

TraceBuilder::TraceBuilder(const EventRecord& record, std::string path)
    : path_(std::move(path)), routes_(record.routes()) {
  trace_.delivered = {false};
  for (const EventCodeInfo& info : kEventCodes) {
    code_names_.resize(static_cast<std::size_t>(info.code) + 1);
    code_names_.back() = trace_.texts.number_of(std::string(info.name));
  }
  trace_.settled = code_names_[static_cast<std::size_t>(EventCode::kAcknowledged)];
  make_tracks(record);
  read_messages(record);
}

void TraceBuilder::make_tracks(const EventRecord& record) {
  if (record.components().size() >= kNamesMax || record.resources().size() >= kNamesMax)
    throw InputError({.file = path_}, "has more components or resources than a trace can show");
  components_group_ = add_track("components", TrackKind::kGroup, kNoTrack);
  for (const std::string& name : record.components()) {
    Component component;
    component.group = add_track(printable(name), TrackKind::kGroup, components_group_);
    component.instants = add_track("events", TrackKind::kInstants, component.group);
    component_numbers_.emplace(name, components_.size());
    components_.push_back(std::move(component));
    lane(static_cast<std::uint32_t>(components_.size() - 1), 0);
  }
  for (const std::string& name : record.resources()) {
    queues_.push_back({.name = printable(name)});
    publish_names_.push_back(trace_.texts.number_of("publish to " + queues_.back().name));
  }
  for (const auto& [route, queues] : routes_) {
    for (const std::int64_t queue : queues) {
      if (queue < 0 || std::cmp_greater_equal(queue, queues_.size()))
        throw InputError({.file = path_}, fmt::format("is damaged: route {} leads to no resource", route));
    }
  }
}

std::uint32_t TraceBuilder::add_track(std::string name, TrackKind kind, std::uint32_t parent) {
  trace_.tracks.push_back({std::move(name), kind, parent});
  return static_cast<std::uint32_t>(trace_.tracks.size() - 1);
}

std::uint32_t TraceBuilder::lane(std::uint32_t component, std::uint32_t number) {
  Component& one = components_[component];
  while (one.lanes.size() <= number) {
    const std::string& name = trace_.tracks[one.group].name;
    const std::size_t next = one.lanes.size() + 1;
    one.lanes.push_back(
        add_track(next == 1 ? name : fmt::format("{} {}", name, next), TrackKind::kSlices, one.group));
  }
  return one.lanes[number];
}

std::uint32_t TraceBuilder::id_number(const std::string& id) {
  return ids_.try_emplace(id, static_cast<std::uint32_t>(ids_.size())).first->second;
}

void TraceBuilder::read_messages(const EventRecord& record) {
  EventRecord::Messages rows = record.messages();
  while (const std::optional<MessageRow> row = rows.next()) {
    if (row->number != static_cast<std::int64_t>(messages_.size()) || row->number >= kMessagesMax)
      throw InputError({.file = path_}, fmt::format("is damaged: message {} is out of order", row->number));
    messages_.push_back(
        {.id = id_number(row->id),
         .correlation = id_number(row->correlation),
         .writer = trace_.texts.number_of(printable(row->writer.empty() ? row->key : row->writer)),
         .timestamp_ns = row->has_timestamp ? row->timestamp_ns : -1});
    trace_.messages.push_back(printable(row->id));
  }
}

void TraceBuilder::check(const EventRow& event) const {
  const auto is_place = [](std::int64_t number, std::size_t size) {
    return number >= -1 && std::cmp_less(number, size);
  };
  const auto next = static_cast<std::int64_t>(past_.size());
  const bool is_whole = event.number >= next && event.number - next < kLeftOutMax && event.cause >= 0 &&
                        event.cause < event.number && is_event_code(static_cast<std::int64_t>(event.kind)) &&
                        is_place(event.component, components_.size()) &&
                        is_place(event.resource, queues_.size()) && event.message >= 0 &&
                        std::cmp_less(event.message, messages_.size()) &&
                        event.time_ns >= past_.back().time_ns;
  if (!is_whole)
    throw InputError({.file = path_}, fmt::format("is damaged: its event {} cannot be", past_.size()));
}

void TraceBuilder::add(const EventRow& event) {
  check(event);
  // What the world does for itself, such as looking whether a delivery is too old, has a number and no row.
  past_.resize(static_cast<std::size_t>(event.number), {.time_ns = past_.back().time_ns});
  past_.push_back({event.time_ns, event.cause, event.kind});
  switch (event.kind) {
    case EventCode::kPublished:
      return publish(event);
    case EventCode::kDeadLettered:
      return dead_letter(event);
    case EventCode::kDelivered:
    case EventCode::kRedelivered:
      return deliver(event);
    case EventCode::kAcknowledged:
    case EventCode::kRejected:
    case EventCode::kRequeued:
      return settle(event);
    case EventCode::kExpired:
    case EventCode::kDropped:
    case EventCode::kGivenUp:
    case EventCode::kRemoved:
      leave_queue(event);
      return instant(event);
    case EventCode::kCrashed:
    case EventCode::kStopped:
      lose(event);
      return instant(event);
    case EventCode::kClosed:
      close(event);
      return instant(event);
    case EventCode::kStreamed:
      if (event.component >= 0) components_[static_cast<std::size_t>(event.component)].is_closed = false;
      return;
    case EventCode::kDeclared:
    case EventCode::kBound:
    case EventCode::kTimer:
    case EventCode::kResult:
    case EventCode::kConfirmed:
    case EventCode::kFaultDue:
      return;
    default:
      return instant(event);
  }
}

void TraceBuilder::add_moment(TimeNs time_ns, std::int64_t event, std::uint32_t track,
                              const TraceMark& mark) {
  trace_.marks.push_back(mark);
  trace_.entries.push_back({.time_ns = time_ns,
                            .order = order_of(event, kMomentRank),
                            .track = track,
                            .item = static_cast<std::uint32_t>(trace_.marks.size() - 1),
                            .kind = EntryKind::kInstant});
}

void TraceBuilder::take_copies(const EventRow& event, TraceMark& mark) {
  const auto route = routes_.find(event.route);
  if (route == routes_.end()) return;
  mark.first_copy = copies_.size();
  mark.copies = static_cast<std::uint32_t>(route->second.size());
  for (const std::int64_t queue : route->second) {
    copies_.add(queue, event.message);
    trace_.delivered.push_back(false);
    queues_[static_cast<std::size_t>(queue)].depth.add(static_cast<std::uint64_t>(event.number),
                                                       event.time_ns, 1);
  }
}

std::uint64_t TraceBuilder::key_of_answer(std::int64_t component, std::uint32_t id) const {
  return static_cast<std::uint64_t>(component) << 32U | id;
}

void TraceBuilder::publish(const EventRow& event) {
  TraceMark mark{.name = event.resource < 0 ? 0 : publish_names_[static_cast<std::size_t>(event.resource)],
                 .message = static_cast<std::uint32_t>(event.message)};
  take_copies(event, mark);
  if (const std::uint32_t answers = message(event.message).correlation;
      answers != 0 && event.component >= 0) {
    const auto copy = answerable_.find(key_of_answer(event.component, answers));
    if (copy != answerable_.end()) mark.answered = copy->second;
  }
  const TimeNs written_ns = event.cause == 0 ? event.time_ns : past(event.cause).time_ns;
  add_moment(written_ns, event.number, track_of(event), mark);
}

void TraceBuilder::dead_letter(const EventRow& event) {
  TraceMark mark{.name = code_names_[static_cast<std::size_t>(event.kind)],
                 .message = static_cast<std::uint32_t>(event.message)};
  take_copies(event, mark);
  add_moment(event.time_ns, event.number, track_of(event), mark);
}

void TraceBuilder::instant(const EventRow& event) {
  add_moment(event.time_ns, event.number, track_of(event),
             {.name = code_names_[static_cast<std::size_t>(event.kind)],
              .message = static_cast<std::uint32_t>(event.message)});
}

// That of the component that did it, or that it reached; of the queue or the exchange for what the bus does
// by itself.
std::uint32_t TraceBuilder::track_of(const EventRow& event) {
  if (event.component >= 0) return components_[static_cast<std::size_t>(event.component)].instants;
  if (event.resource < 0) return other_track("bus");
  return instants_of(static_cast<std::size_t>(event.resource));
}

std::uint32_t TraceBuilder::group_of(std::size_t queue) {
  if (queues_group_ == kNoTrack) queues_group_ = add_track("queues", TrackKind::kGroup, kNoTrack);
  Queue& one = queues_[queue];
  if (one.group == kNoTrack) one.group = add_track(one.name, TrackKind::kGroup, queues_group_);
  return one.group;
}

std::uint32_t TraceBuilder::instants_of(std::size_t queue) {
  Queue& one = queues_[queue];
  if (one.instants == kNoTrack) one.instants = add_track("events", TrackKind::kInstants, group_of(queue));
  return one.instants;
}

std::uint32_t TraceBuilder::other_track(const std::string& name) {
  const auto found = other_tracks_.find(name);
  if (found != other_tracks_.end()) return found->second;
  return other_tracks_[name] = add_track(printable(name), TrackKind::kInstants, kNoTrack);
}

void TraceBuilder::deliver(const EventRow& event) {
  if (event.component < 0)
    throw InputError({.file = path_}, fmt::format("is damaged: its event {} reaches nobody", event.number));
  Component& component = components_[static_cast<std::size_t>(event.component)];
  const MessageInfo& info = message(event.message);
  const auto number = static_cast<std::uint32_t>(trace_.slices.size());
  trace_.slices.push_back({.begin_ns = event.time_ns,
                           .end_ns = event.time_ns,
                           .begin_order = order_of(event.number, kBeginRank),
                           .component = static_cast<std::uint32_t>(event.component),
                           .name = info.writer,
                           .message = static_cast<std::uint32_t>(event.message)});
  component.held.push_back(number);
  // What was on its way to a stream that the bus has closed is back in its queue.
  const std::uint32_t copy =
      component.is_closed ? 0 : copies_.find(event.resource, event.message, QueueCopy::kWaits);
  if (copy == 0) return;
  copies_[copy].holder = event.component;
  copies_[copy].slice = number;
  trace_.slices[number].copy = copy;
  trace_.delivered[copy] = true;
  answerable_[key_of_answer(event.component, info.id)] = copy;
  if (info.correlation != 0) answerable_[key_of_answer(event.component, info.correlation)] = copy;
  const std::int64_t sent_in = event.cause == 0 ? event.number : event.cause;
  queues_[static_cast<std::size_t>(event.resource)].depth.add(static_cast<std::uint64_t>(sent_in),
                                                              past(sent_in).time_ns, -1);
}

// The event in which the component began what it ended in that one: where the steps that it went on with by
// itself lead back to, or the end of what it did before.
std::int64_t TraceBuilder::begun_in(std::int64_t done_before_in, std::int64_t ended_in) const {
  std::int64_t event = ended_in;
  while (event > done_before_in && continues(past(event).kind)) event = past(event).cause;
  return std::max(event, done_before_in);
}

void TraceBuilder::settle(const EventRow& event) {
  if (event.component < 0 || event.resource < 0) return;
  Component& component = components_[static_cast<std::size_t>(event.component)];
  const std::uint32_t copy = copies_.find(event.resource, event.message, event.component);
  if (copy == 0) return;
  if (component.settled.in != event.cause) {
    component.settled_before = component.settled;
    component.settled.in = event.cause;
  }
  component.settled.row = event.number;
  const std::int64_t begun = begun_in(component.settled_before.in, event.cause);
  end_slice(copies_[copy].slice, past(begun).time_ns, component.settled_before.row,
            {.time_ns = past(event.cause).time_ns,
             .outcome = code_names_[static_cast<std::size_t>(event.kind)],
             .event = event.number});
  std::erase(component.held, copies_[copy].slice);
  if (event.kind != EventCode::kRequeued) return copies_.remove(event.resource, event.message, copy);
  copies_[copy].holder = QueueCopy::kWaits;
  queues_[static_cast<std::size_t>(event.resource)].depth.add(static_cast<std::uint64_t>(event.number),
                                                              event.time_ns, 1);
}

// `free_ns` is when the component was done with what it did before, and `free_row` tells the bus of that.
void TraceBuilder::end_slice(std::uint32_t number, TimeNs free_ns, std::int64_t free_row,
                             const Ending& ending) {
  TraceSlice& slice = trace_.slices[number];
  if (free_ns >= slice.begin_ns) {
    slice.begin_ns = free_ns;
    slice.begin_order = std::max(slice.begin_order, order_of(free_row, kBeginRank));
  }
  slice.end_ns = std::max(slice.begin_ns, ending.time_ns);
  slice.end_order = order_of(ending.event, kEndRank);
  slice.outcome = ending.outcome;
  const TimeNs written_ns = message(slice.message).timestamp_ns;
  slice.wait_ns =
      written_ns < 0 ? -1 : std::max<TimeNs>(-1, slice.begin_ns - written_ns);  // -1 if it is of later
}

void TraceBuilder::leave_queue(const EventRow& event) {
  if (event.resource < 0) return;
  const std::uint32_t copy = copies_.find(event.resource, event.message, QueueCopy::kWaits);
  if (copy == 0) return;
  copies_.remove(event.resource, event.message, copy);
  queues_[static_cast<std::size_t>(event.resource)].depth.add(static_cast<std::uint64_t>(event.number),
                                                              event.time_ns, -1);
}

// What the component holds is lost to it now, unless the bus still learns that it had settled some of it.
void TraceBuilder::lose(const EventRow& event) {
  if (event.component < 0) return;
  for (const std::uint32_t slice : components_[static_cast<std::size_t>(event.component)].held) {
    if (lost_.size() <= slice) lost_.resize(slice + 1);
    if (lost_[slice].event == 0)
      lost_[slice] = {event.time_ns, code_names_[static_cast<std::size_t>(event.kind)], event.number};
  }
}

void TraceBuilder::end_unsettled(const Component& component, std::uint32_t slice, const Ending& otherwise) {
  const bool lost = slice < lost_.size() && lost_[slice].event != 0;
  const Ending& ending = lost ? lost_[slice] : otherwise;
  const TimeNs free_ns = std::min(past(component.settled.in).time_ns, ending.time_ns);
  end_slice(slice, free_ns, component.settled.row, ending);
}

// The bus learns that a component has ended: what it held goes back into its queues.
void TraceBuilder::close(const EventRow& event) {
  if (event.component < 0) return;
  Component& component = components_[static_cast<std::size_t>(event.component)];
  component.is_closed = true;
  for (const std::uint32_t slice : std::exchange(component.held, {})) {
    end_unsettled(
        component, slice,
        {past(event.cause).time_ns, code_names_[static_cast<std::size_t>(event.kind)], event.number});
    const std::uint64_t copy = trace_.slices[slice].copy;
    if (copy == 0) continue;
    QueueCopy& back = copies_[static_cast<std::uint32_t>(copy)];
    if (back.holder != event.component || back.slice != slice) continue;
    back.holder = QueueCopy::kWaits;
    queues_[back.queue].depth.add(static_cast<std::uint64_t>(event.number), event.time_ns, 1);
  }
}

void TraceBuilder::add_strike(const StrikeRow& strike) {
  const std::string name = "fault " + (strike.name.empty() ? strike.kind : printable(strike.name));
  const auto component = component_numbers_.find(strike.component);
  const std::uint32_t track =
      component == component_numbers_.end() ? other_track("faults") : components_[component->second].instants;
  add_moment(
      strike.time_ns, strike.number, track,
      {.name = trace_.texts.number_of(name), .detail = trace_.texts.number_of(printable(strike.message))});
}

void TraceBuilder::add_mark(const std::string& component, TimeNs time_ns, const std::string& name,
                            const std::string& detail) {
  const auto found = component_numbers_.find(component);
  const std::uint32_t track =
      found == component_numbers_.end() ? other_track(component) : components_[found->second].instants;
  add_moment(time_ns, 0, track,
             {.name = trace_.texts.number_of(name), .detail = trace_.texts.number_of(printable(detail))});
}

void TraceBuilder::add_value(const std::string& component, const std::string& metric, TimeNs time_ns,
                             double value) {
  const auto found = component_numbers_.find(component);
  if (found == component_numbers_.end()) return;
  Component& one = components_[found->second];
  auto curve = one.curves.find(metric);
  if (curve == one.curves.end())
    curve = one.curves.emplace(metric, add_track(printable(metric), TrackKind::kCounter, one.group)).first;
  add_counter(time_ns, 0, curve->second, value);
}

void TraceBuilder::add_counter(TimeNs time_ns, std::uint64_t event, std::uint32_t track, double value) {
  trace_.values.push_back(value);
  trace_.entries.push_back({.time_ns = time_ns,
                            .order = event * kRanks + kMomentRank,
                            .track = track,
                            .item = static_cast<std::uint32_t>(trace_.values.size() - 1),
                            .kind = EntryKind::kCounter});
}

void TraceBuilder::add_depths() {
  for (std::size_t queue = 0; queue < queues_.size(); ++queue) {
    if (!queues_[queue].depth.has_changed()) continue;
    const std::uint32_t track = add_track("depth", TrackKind::kCounter, group_of(queue));
    add_counter(0, 0, track, 0);
    for (const DepthPoint& point : queues_[queue].depth.points())
      add_counter(point.time_ns, point.event, track, static_cast<double>(point.depth));
  }
}

void TraceBuilder::add_slices() {
  assign_lanes(trace_.slices,
               [this](std::uint32_t component, std::uint32_t number) { return lane(component, number); });
  for (std::size_t number = 0; number < trace_.slices.size(); ++number) {
    const TraceSlice& slice = trace_.slices[number];
    const auto item = static_cast<std::uint32_t>(number);
    trace_.entries.push_back({slice.begin_ns, slice.begin_order, slice.track, item, EntryKind::kBegin});
    trace_.entries.push_back({slice.end_ns, slice.end_order, slice.track, item, EntryKind::kEnd});
  }
}

RunTrace TraceBuilder::finish(TimeNs end_ns) {
  end_ns = std::max(end_ns, past_.back().time_ns);
  const Ending unsettled{end_ns, trace_.texts.number_of("not settled"),
                         static_cast<std::int64_t>(past_.size())};
  for (Component& component : components_) {
    for (const std::uint32_t slice : std::exchange(component.held, {}))
      end_unsettled(component, slice, unsettled);
  }
  add_depths();
  add_slices();
  std::stable_sort(trace_.entries.begin(), trace_.entries.end(),
                   [](const TraceEntry& a, const TraceEntry& b) {
                     return std::pair(a.time_ns, a.order) < std::pair(b.time_ns, b.order);
                   });
  return std::move(trace_);
}

}  // namespace dse
