#include "sim/record/run_difference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "core/counted.h"
#include "core/printable.h"
#include "dse/hash.h"
#include "sim/record/event_code_info.h"
#include "sim/record/queue_contents.h"

namespace dse {
namespace {

// At most this many of each are printed.
constexpr std::size_t kCauseLinesMax = 24;
constexpr std::size_t kQueuesMax = 12;
constexpr std::size_t kMessagesOfQueueMax = 5;

// For each number of B, the number of the same name in A; -2 for a name that A does not have.
std::vector<std::int64_t> same_names(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  std::vector<std::int64_t> translated;
  for (const std::string& name : b) {
    const auto found = std::find(a.begin(), a.end(), name);
    translated.push_back(found == a.end() ? -2 : found - a.begin());
  }
  return translated;
}

std::int64_t translate(const std::vector<std::int64_t>& names, std::int64_t number) {
  if (number < 0) return number;
  return static_cast<std::size_t>(number) < names.size() ? names[static_cast<std::size_t>(number)] : -2;
}

// The same for routes: two are the same when they lead into the same queues.
std::map<std::int64_t, std::int64_t> same_routes(const EventRecord& a, const EventRecord& b,
                                                 const std::vector<std::int64_t>& resources) {
  std::map<std::set<std::int64_t>, std::int64_t> numbers;  // numbers in A, by their queues
  for (const auto& [number, queues] : a.routes())
    numbers.emplace(std::set(queues.begin(), queues.end()), number);
  std::map<std::int64_t, std::int64_t> translated;
  for (const auto& [number, queues] : b.routes()) {
    std::set<std::int64_t> wanted;
    for (const std::int64_t queue : queues) wanted.insert(translate(resources, queue));
    const auto found = numbers.find(wanted);
    translated[number] = found == numbers.end() ? -2 : found->second;
  }
  return translated;
}

std::int64_t first_different_message(const EventRecord& a, const EventRecord& b) {
  EventRecord::Messages messages_a = a.messages();
  EventRecord::Messages messages_b = b.messages();
  for (std::int64_t number = 1;; ++number) {
    const std::optional<MessageRow> row_a = messages_a.next();
    const std::optional<MessageRow> row_b = messages_b.next();
    if (!row_a && !row_b) return INT64_MAX;
    if (row_a != row_b) return number;
  }
}

std::optional<std::int64_t> first_different_event(const EventRecord& a, const EventRecord& b) {
  const std::int64_t different_message = first_different_message(a, b);
  const std::vector<std::int64_t> components = same_names(a.components(), b.components());
  const std::vector<std::int64_t> resources = same_names(a.resources(), b.resources());
  std::map<std::int64_t, std::int64_t> routes = same_routes(a, b, resources);
  EventRecord::Events events_a = a.events();
  EventRecord::Events events_b = b.events();
  for (std::int64_t number = 1;; ++number) {
    const std::optional<EventRow> row_a = events_a.next();
    std::optional<EventRow> row_b = events_b.next();
    if (!row_a && !row_b) return std::nullopt;
    if (!row_a || !row_b) return number;
    row_b->component = translate(components, row_b->component);
    row_b->resource = translate(resources, row_b->resource);
    if (row_b->route != 0) row_b->route = routes[row_b->route];
    if (*row_a != *row_b || row_a->message >= different_message) return number;
  }
}

std::string name_of(const std::vector<std::string>& names, std::int64_t number) {
  if (number < 0 || static_cast<std::size_t>(number) >= names.size()) return "?";
  return names[static_cast<std::size_t>(number)];
}

// The code comes from a file, and may be any number.
std::string kind_text(EventCode kind) {
  return is_event_code(static_cast<std::int64_t>(kind)) ? std::string(info_of(kind).name) : "?";
}

// The first difference in what models had learned, or programs had said; up to that time. "" when there is
// none.
std::string different_states(const EventRecord& a, const EventRecord& b, TimeNs last_ns = INT64_MAX) {
  const std::vector<ModelStateRow> states_a = a.model_states();
  const std::vector<ModelStateRow> states_b = b.model_states();
  for (std::size_t i = 0; i < std::min(states_a.size(), states_b.size()); ++i) {
    if (states_a[i].time_ns > last_ns && states_b[i].time_ns > last_ns) return "";
    if (states_a[i] == states_b[i]) continue;
    if (!states_a[i].call.empty()) {
      return fmt::format("program '{}' said something else in call {}, `{}` at {}",
                         name_of(a.components(), states_a[i].component), states_a[i].learned,
                         states_a[i].call, format_duration(states_a[i].time_ns));
    }
    return fmt::format("model '{}' had learned other things after {} ({}): {} and {}",
                       name_of(a.components(), states_a[i].component),
                       counted(static_cast<std::uint64_t>(states_a[i].learned), "message"),
                       format_duration(states_a[i].time_ns), states_a[i].digest, states_b[i].digest);
  }
  if (states_a.size() != states_b.size() && last_ns == INT64_MAX)
    return fmt::format("{} kept, and {}",
                       counted(states_a.size(), "state of a model was", "states of models were"),
                       states_b.size());
  return "";
}

std::string draw_text(const DrawRow& draw) {
  return fmt::format("'{}' drew {} for its {} ({})", draw.component,
                     counted(static_cast<std::uint64_t>(draw.count), "random number"), draw.purpose,
                     draw.digest);
}

std::string different_draws(const EventRecord& a, const EventRecord& b) {
  const std::vector<DrawRow> draws_a = a.draws();
  const std::vector<DrawRow> draws_b = b.draws();
  for (std::size_t i = 0; i < std::max(draws_a.size(), draws_b.size()); ++i) {
    const std::string text_a = i < draws_a.size() ? draw_text(draws_a[i]) : "nobody drew more";
    const std::string text_b = i < draws_b.size() ? draw_text(draws_b[i]) : "nobody drew more";
    if (text_a != text_b) return fmt::format("{}; {}", text_a, text_b);
  }
  return "";
}

std::string different_fingerprints(const EventRecord& a, const EventRecord& b) {
  for (const std::string name : {"events", "payload", "draws", "predictions", "models"}) {
    const std::string value_a = a.run_value("fingerprint_" + name);
    const std::string value_b = b.run_value("fingerprint_" + name);
    if (value_a != value_b)
      return fmt::format("the fingerprints of the {} differ: {} and {}", name, value_a, value_b);
  }
  return "";
}

// Who does it, or whom it reaches.
std::string doer_of(const EventRecord& record, const EventRow& event) {
  return event.component < 0 ? "the bus" : name_of(record.components(), event.component);
}

// The event and its message for human readers, in one line.
std::string event_text(const EventRecord& record, const EventRow& event) {
  std::string text = fmt::format("#{} at {}: {} {}", event.number, format_duration(event.time_ns),
                                 doer_of(record, event), kind_text(event.kind));
  if (event.resource >= 0) text += fmt::format(" on {}", name_of(record.resources(), event.resource));
  if (event.message == 0) return text;
  const MessageRow message = record.message(event.message);
  text += fmt::format(", message {} (key '{}', headers {}, payload {})", printable_word(message.id),
                      printable(message.key), one_line(message.headers), hex64(message.payload_hash));
  if (!message.properties.empty()) text += fmt::format(", properties {}", one_line(message.properties));
  if (!message.correlation.empty()) text += fmt::format(", answers {}", printable_word(message.correlation));
  return text;
}

// What led to an event; nothing if that was the start of the run. Only an earlier event is accepted, whatever
// a damaged record says.
std::optional<EventRow> cause_of(const EventRecord& record, const EventRow& event) {
  if (event.cause >= event.number) return std::nullopt;
  return record.event(event.cause);
}

// The events that led to this one, the nearest first. A component that continues by itself, such as a
// generator with its timer, takes one line.
std::string causes_text(const EventRecord& record, const EventRow& event) {
  std::vector<std::string> lines;
  std::optional<EventRow> cause = cause_of(record, event);
  while (cause) {
    const EventRow first = *cause;
    std::size_t repeated = 0;
    std::optional<EventRow> next = cause_of(record, first);
    while (next && next->kind == first.kind && next->component == first.component) {
      ++repeated;
      next = cause_of(record, *next);
    }
    lines.push_back("    " + event_text(record, first) + "\n");
    if (repeated > 0)
      lines.push_back(fmt::format("    and {}: {} {}\n", counted(repeated, "earlier one"),
                                  doer_of(record, first), kind_text(first.kind)));
    cause = next;
  }
  if (lines.empty()) return "    the start of the run\n";
  if (lines.size() > kCauseLinesMax) {
    const std::size_t left_out = lines.size() - kCauseLinesMax;
    const auto middle = lines.begin() + kCauseLinesMax / 2;
    lines.erase(middle, middle + static_cast<std::ptrdiff_t>(left_out));
    lines.insert(lines.begin() + kCauseLinesMax / 2, fmt::format("    … {} more …\n", left_out));
  }
  return fmt::format("{}", fmt::join(lines, ""));
}

std::string copies_text(const EventRecord& record, const std::vector<QueueContents::Copy>& copies) {
  std::vector<std::string> texts;
  for (const QueueContents::Copy& copy : copies) {
    if (texts.size() == kMessagesOfQueueMax) {
      texts.push_back(fmt::format("{} more", copies.size() - texts.size()));
      break;
    }
    const std::string holder =
        copy.holder < 0 ? "" : fmt::format(" (with {})", name_of(record.components(), copy.holder));
    texts.push_back(printable_word(record.message(copy.message).id) + holder);
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

// The queues before the event; those that it concerns come first.
std::string queues_text(const EventRecord& record, const EventRow& event) {
  QueueContents contents(record.routes());
  EventRecord::Events events = record.events();
  for (std::optional<EventRow> row = events.next(); row && row->number < event.number; row = events.next())
    contents.apply(*row);
  const std::map<std::int64_t, std::vector<QueueContents::Copy>> queues = contents.queues();
  if (queues.empty()) return "    all empty\n";

  std::set<std::int64_t> concerned = {event.resource};
  if (event.route != 0) {
    const std::vector<std::int64_t> route = record.routes()[event.route];
    concerned.insert(route.begin(), route.end());
  }
  std::vector<std::int64_t> order;
  for (const bool first : {true, false}) {
    for (const auto& [queue, copies] : queues) {
      if ((concerned.count(queue) > 0) == first) order.push_back(queue);
    }
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(order.size(), kQueuesMax); ++i) {
    const auto& copies = queues.at(order[i]);
    text += fmt::format("    {}: {}: {}\n", name_of(record.resources(), order[i]),
                        counted(copies.size(), "message"), copies_text(record, copies));
  }
  if (order.size() > kQueuesMax)
    text += fmt::format("    and {}\n", counted(order.size() - kQueuesMax, "more queue"));
  return text;
}

std::string models_text(const EventRecord& record, const EventRow& event) {
  std::map<std::string, ModelStateRow> last;  // by name
  for (const ModelStateRow& state : record.model_states()) {
    if (state.time_ns <= event.time_ns)
      last.insert_or_assign(name_of(record.components(), state.component), state);
  }
  std::string text;
  for (const auto& [name, state] : last) {
    text += fmt::format("    {}: {} after {}, at {}\n", name, state.digest,
                        counted(static_cast<std::uint64_t>(state.learned), "message"),
                        format_duration(state.time_ns));
  }
  return text;
}

std::string side_text(const EventRecord& record, std::int64_t number, const std::string& name) {
  const std::optional<EventRow> event = record.event(number);
  if (!event)
    return fmt::format("{}\n  ended before: it has {}\n", name,
                       counted(static_cast<std::uint64_t>(number - 1), "event"));
  std::string text =
      fmt::format("{}\n  {}\n  caused by\n{}  queues before it\n{}", name, event_text(record, *event),
                  causes_text(record, *event), queues_text(record, *event));
  const std::string models = models_text(record, *event);
  if (!models.empty()) text += "  models, as last noted\n" + models;
  return text;
}

}  // namespace

std::optional<RunDifference> find_difference(const EventRecord& a, const EventRecord& b) {
  if (const auto event = first_different_event(a, b)) {
    const std::optional<EventRow> row = a.event(*event) ? a.event(*event) : b.event(*event);
    return RunDifference{.event = event, .what = row ? different_states(a, b, row->time_ns) : ""};
  }
  for (const std::string& what :
       {different_states(a, b), different_draws(a, b), different_fingerprints(a, b)}) {
    if (!what.empty()) return RunDifference{.event = std::nullopt, .what = what};
  }
  return std::nullopt;
}

std::string describe(const RunDifference& difference, const EventRecord& a, const EventRecord& b,
                     const std::string& name_a, const std::string& name_b) {
  if (!difference.event) return fmt::format("every event is the same, but {}\n", difference.what);
  const std::string before = difference.what.empty() ? "" : fmt::format("by then {}\n", difference.what);
  return fmt::format("the first event that differs is #{}\n{}\n{}\n{}", *difference.event, before,
                     side_text(a, *difference.event, name_a), side_text(b, *difference.event, name_b));
}

}  // namespace dse
