#include "sim/world/ledger.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/check.h"
#include "sim/record/event_code_info.h"
#include "sim/scenario/topology.h"

namespace dse {
namespace {

// "" has no words, "." has two empty ones.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  if (text.empty()) return words;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t dot = std::min(text.find('.', from), text.size());
    words.push_back(text.substr(from, dot - from));
    from = dot + 1;
  }
  return words;
}

// matched[j]: the pattern's words so far take the first j words of the key.
bool topic_takes(std::string_view pattern, std::string_view key) {
  if (pattern == "#") return true;
  const std::vector<std::string_view> words = words_of(key);
  std::vector<bool> matched(words.size() + 1, false);
  matched[0] = true;
  for (const std::string_view part : words_of(pattern)) {
    std::vector<bool> next(words.size() + 1, false);
    for (std::size_t j = 0; j <= words.size(); ++j) {
      if (part == "#") {
        next[j] = matched[j] || (j > 0 && next[j - 1]);
      } else if (j > 0) {
        next[j] = matched[j - 1] && (part == "*" || part == words[j - 1]);
      }
    }
    matched = std::move(next);
  }
  return matched.back();
}

// Returns a number in a type that holds every integer and time of 64 bits and every double exactly.
std::optional<long double> number(const HeaderValue& value) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<long double>(*integer);
  if (const auto* narrow = std::get_if<NarrowInteger>(&value))
    return static_cast<long double>(narrow->value());
  if (const auto* time = std::get_if<HeaderTimestamp>(&value))
    return static_cast<long double>(time->seconds());
  if (const auto* real = std::get_if<double>(&value)) return static_cast<long double>(*real);
  if (const auto* real = std::get_if<HeaderFloat>(&value)) return static_cast<long double>(real->value());
  return std::nullopt;
}

std::optional<std::string_view> octets(const HeaderValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* bytes = std::get_if<HeaderBytes>(&value)) return bytes->bytes();
  return std::nullopt;
}

// RabbitMQ reads an empty array and an empty table as the same empty list.
bool is_empty_list(const HeaderValue& value) {
  return value == HeaderValue(HeaderArray({})) || value == HeaderValue(HeaderTable({}));
}

bool value_takes(const HeaderValue& wanted, const HeaderValue& found) {
  if (std::holds_alternative<HeaderVoid>(wanted)) return true;
  if (const std::optional<long double> value = number(wanted)) return value == number(found);
  if (const std::optional<std::string_view> text = octets(wanted)) return text == octets(found);
  return is_empty_list(wanted) ? is_empty_list(found) : wanted == found;
}

bool may_be_removed(const QueueOptions& options) {
  return options.expires_ns || options.auto_delete || options.exclusive;
}

// By which it is routed: its own, and those in the headers CC and BCC.
std::vector<std::string_view> keys_of(const Message& message) {
  std::vector<std::string_view> keys = {message.key()};
  for (const char* name : {"CC", "BCC"}) {
    const HeaderValue* value = message.headers().find(name);
    const auto* array = value == nullptr ? nullptr : std::get_if<HeaderArray>(value);
    if (array == nullptr) continue;
    for (const HeaderValue& key : array->values()) {
      if (const auto* text = std::get_if<std::string>(&key)) keys.push_back(*text);
    }
  }
  return keys;
}

// How long the message itself says that it lives in a queue.
std::optional<TimeNs> own_life_ns(const Message& message) {
  constexpr TimeNs kMillisecondNs = 1'000'000;
  const std::optional<std::int64_t> milliseconds = expiration_ms(message.expiration());
  return milliseconds ? std::optional(*milliseconds * kMillisecondNs) : std::nullopt;
}

bool keys_take(const BindingSpec& binding, const Message& message, ExchangeType type) {
  if (type == ExchangeType::kFanout || type == ExchangeType::kHeaders) return true;
  const std::vector<std::string_view> keys = keys_of(message);
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) {
    return type == ExchangeType::kDirect ? binding.key == key : topic_takes(binding.key, key);
  });
}

std::vector<std::string> names_of_components(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ComponentConfig& component : scenario.components) names.push_back(component.name);
  return names;
}

}  // namespace

bool takes(const BindingSpec& binding, const Message& message, ExchangeType type) {
  if (!keys_take(binding, message, type)) return false;
  if (binding.headers.empty()) return type != ExchangeType::kHeaders || binding.match == HeaderMatch::kAll;
  const auto held = std::count_if(binding.headers.begin(), binding.headers.end(), [&](const auto& entry) {
    const HeaderValue* found = message.headers().find(entry.first);
    return found != nullptr && value_takes(entry.second, *found);
  });
  return binding.match == HeaderMatch::kAll ? static_cast<std::size_t>(held) == binding.headers.size()
                                            : held > 0;
}

Ledger::Ledger(const Scenario& scenario)
    : scenario_(scenario),
      components_(names_of_components(scenario)),
      latency_ns_(latency_of(scenario).time_ns),
      chains_(!scenario.exchanges.empty() || !scenario.resources.empty()) {
  makings_under_way_.resize(components_.size());
  makings_.push_back({.issued = 0, .arrived = 0});  // before everything
  for (const BindingSpec& binding : scenario.bindings) {
    bindings_.push_back({binding, 0});
    if (binding.target == BindingTarget::kQueue) bind_to_itself(binding.to, 0);
  }
  for (const std::string& queue : queues_from_the_start(scenario)) bind_to_itself(queue, 0);
}

// The default exchange leads to a queue by its name, and its own exchange, unless that was declared apart, by
// every key.
void Ledger::bind_to_itself(const std::string& queue, std::size_t made) {
  bindings_.push_back({{.from = "", .to = queue, .key = queue}, made});
  if (!scenario_.exchanges.contains(queue))
    bindings_.push_back({{.from = queue, .to = queue, .key = "#"}, made});
}

// The queue is there from now on. If it was removed before, the scenario's bindings into it are back.
void Ledger::note_queue(const std::string& queue, std::size_t made) {
  bind_to_itself(queue, made);
  if (!may_be_removed(options_of(queue))) return;
  for (const BindingSpec& binding : scenario_.bindings) {
    if (binding.target == BindingTarget::kQueue && binding.to == queue) bindings_.push_back({binding, made});
  }
}

void Ledger::note_queue_removed(const std::string& queue) {
  const Moment now = {.issued = issued_, .arrived = ++arrived_};
  for (Binding& binding : bindings_) {
    const bool into = binding.spec.target == BindingTarget::kQueue && binding.spec.to == queue;
    if (into && !binding.ended && makings_[binding.made].arrived) binding.ended = now;
  }
}

bool Ledger::stands(const Binding& binding, const Write& write) const {
  return makings_[binding.made].before(write.moment) &&
         !(binding.ended && binding.ended->before(write.moment));
}

const QueueOptions& Ledger::options_of(const std::string& queue) const {
  static const QueueOptions none;
  const auto found = scenario_.resources.find(queue);
  return found == scenario_.resources.end() ? none : found->second.queue;
}

std::size_t Ledger::make(LinkIndex link) {
  makings_.push_back({.issued = ++issued_, .arrived = std::nullopt});
  makings_under_way_[link].push_back(makings_.size() - 1);
  return makings_.size() - 1;
}

void Ledger::note_bind(LinkIndex link, const BindingSpec& binding) {
  const std::size_t made = make(link);
  bindings_.push_back({binding, made});
  if (binding.target == BindingTarget::kQueue) note_queue(binding.to, made);
}

void Ledger::note_stream(LinkIndex link, const std::string& queue) {
  note_queue(queue, make(link));
  streams_[link] = queue;
}

void Ledger::note_write(TimeNs time_ns, LinkIndex link, const std::string& exchange,
                        const MessagePtr& message) {
  writes_by_id_[message->id()].push_back(writes_.size());
  writes_.push_back({.time_ns = time_ns,
                     .writer = link,
                     .exchange = exchange,
                     .message = message,
                     .moment = {.issued = ++issued_, .arrived = std::nullopt}});
}

void Ledger::on_event(const RunEvent& event) {
  if (event.client_number != kNoClientNumber) return note_client(event);
  if (event.code == EventCode::kDelivered || event.code == EventCode::kRedelivered)
    return note_hand_over(event.component_number, **event.message);
  if (event.component_number == kNoComponent) {
    if (event.code == EventCode::kDeadLettered)
      return note_dead_letter(event.time_ns, std::string(event.resource()), *event.message);
    if (event.code == EventCode::kQueueRemoved) return note_queue_removed(std::string(event.resource()));
    if (event.message == nullptr) return;
    return note_left(event.time_ns, event.code, std::string(event.resource()), **event.message);
  }
  if (!info_of(event.code).of_bus) return;
  static const std::string none;
  note_arrival(event.time_ns, event.component_number, event.code,
               event.message == nullptr ? none : (*event.message)->id());
}

void Ledger::note_arrival(TimeNs time_ns, LinkIndex link, EventCode code, const std::string& id) {
  ++arrived_;
  switch (code) {
    case EventCode::kBound:
    case EventCode::kStreamed: {
      std::deque<std::size_t>& under_way = makings_under_way_[link];
      DSE_CHECK(!under_way.empty(), "'{}' bound what it never asked for", components_[link]);
      makings_[under_way.front()].arrived = arrived_;
      under_way.pop_front();
      if (code == EventCode::kStreamed) {
        HandOvers& hand_overs = hand_overs_[streams_.at(link)];
        hand_overs.consumers.insert(link);
        hand_overs.changed_ns = time_ns;
      }
      return;
    }
    case EventCode::kPublished:
    case EventCode::kUnroutable:
    case EventCode::kReturned: {
      // A second copy of one write finds nothing left to note.
      for (const std::size_t write : writes_by_id_[id]) {
        if (writes_[write].moment.arrived) continue;
        writes_[write].moment.arrived = arrived_;
        writes_[write].arrived_ns = time_ns;
        latest_issued_[link] = std::max(latest_issued_[link], writes_[write].moment.issued);
        return;
      }
      return;
    }
    case EventCode::kAcknowledged:
    case EventCode::kRejected:
    case EventCode::kRequeued:
      return settle(time_ns, link, id);
    case EventCode::kClosed:
      if (const auto stream = streams_.find(link); stream != streams_.end()) {
        hand_overs_[stream->second].consumers.erase(link);
        hand_overs_[stream->second].unsettled.erase(link);
        hand_overs_[stream->second].changed_ns = time_ns;
        hand_overs_[stream->second].gone = arrived_;
      }
      return;
    default:
      return;
  }
}

void Ledger::settle(TimeNs time_ns, LinkIndex link, const std::string& id) {
  HandOvers& hand_overs = hand_overs_[streams_.at(link)];
  hand_overs.changed_ns = time_ns;
  std::multiset<std::string>& unsettled = hand_overs.unsettled[link];
  if (const auto found = unsettled.find(id); found != unsettled.end()) unsettled.erase(found);
}

void Ledger::note_hand_over(LinkIndex link, const Message& message) {
  HandOvers& hand_overs = hand_overs_[streams_.at(link)];
  if (!hand_overs.consumers.contains(link)) return;  // it has ended, and the message goes to somebody else
  hand_overs.unsettled[link].insert(message.id());
  hand_overs.ever.insert(message.id());
  for (const std::size_t write : writes_by_id_[message.id()]) {
    hand_overs.latest_arrival =
        std::max(hand_overs.latest_arrival, writes_[write].moment.arrived.value_or(0));
  }
}

void Ledger::note_delivery(LinkIndex link, const Message& message, bool redelivered) {
  receipts_.push_back({link, message.id(), redelivered});
}

void Ledger::note_client_binding(const BindingSpec& binding, bool made) {
  if (made) {
    makings_.push_back({.issued = ++issued_, .arrived = ++arrived_});
    bindings_.push_back({binding, makings_.size() - 1});
    return;
  }
  const Moment now = {.issued = issued_, .arrived = ++arrived_};
  for (Binding& one : bindings_) {
    if (one.spec == binding && !one.ended) one.ended = now;
  }
}

void Ledger::note_client(const RunEvent& event) {
  const std::string resource(event.resource());
  switch (event.code) {
    case EventCode::kPublished:
    case EventCode::kUnroutable:
    case EventCode::kReturned:
      return note_dead_letter(event.time_ns, resource, *event.message);
    case EventCode::kDelivered:
    case EventCode::kRedelivered:
      client_receipts_[resource].push_back({.client = event.client_number,
                                            .id = (*event.message)->id(),
                                            .redelivered = event.code == EventCode::kRedelivered});
      for_clients_.insert(resource);
      return;
    case EventCode::kStreamed:
      for_clients_.insert(resource);
      return;
    case EventCode::kAcknowledged:
    case EventCode::kRejected:
      ++settled_[resource][(*event.message)->id()][event.code];
      return;
    default:
      return;
  }
}

void Ledger::note_dead_letter(TimeNs time_ns, const std::string& exchange, const MessagePtr& message) {
  ++arrived_;
  writes_by_id_[message->id()].push_back(writes_.size());
  writes_.push_back({.time_ns = time_ns,
                     .writer = kNoComponent,
                     .exchange = exchange,
                     .message = message,
                     .moment = {.issued = ++issued_, .arrived = arrived_},
                     .arrived_ns = time_ns});
}

void Ledger::note_left(TimeNs time_ns, EventCode code, const std::string& queue, const Message& message) {
  if (may_leave(time_ns, code, queue, message)) ++left_[queue][message.id()][code];
}

// Whether the queue's options, and the message's own, allow it to leave.
bool Ledger::may_leave(TimeNs time_ns, EventCode code, const std::string& queue,
                       const Message& message) const {
  const QueueOptions& options = options_of(queue);
  const bool limited = options.max_length || options.max_length_bytes;
  switch (code) {
    case EventCode::kExpired:
      return has_lived(time_ns, options, message);
    case EventCode::kDropped:
      return limited && (options.overflow == Overflow::kDropHead || options.type == QueueType::kQuorum);
    case EventCode::kNotAccepted:
      return limited && options.overflow != Overflow::kDropHead;
    case EventCode::kGivenUp:
      return options.delivery_limit.has_value();
    case EventCode::kRemoved:
      return may_be_removed(options);
    case EventCode::kPurged:
      return true;  // a client may do so
    default:
      return false;
  }
}

// Whether one of the message's writes arrived at least as long ago as it lives in the queue.
bool Ledger::has_lived(TimeNs time_ns, const QueueOptions& options, const Message& message) const {
  std::optional<TimeNs> lives_ns = options.message_ttl_ns;
  if (const std::optional<TimeNs> own_ns = own_life_ns(message))
    lives_ns = lives_ns ? std::min(*lives_ns, *own_ns) : *own_ns;
  const auto writes = writes_by_id_.find(message.id());
  if (!lives_ns || writes == writes_by_id_.end()) return false;
  return std::any_of(writes->second.begin(), writes->second.end(), [&](std::size_t write) {
    return writes_[write].moment.arrived && add_time(writes_[write].arrived_ns, *lives_ns) <= time_ns;
  });
}

bool Ledger::owed(const Write& write, const std::string& queue) const {
  if (chains_) {
    std::set<std::string> seen;
    return leads(write.exchange, write, queue, seen);
  }
  return std::any_of(bindings_.begin(), bindings_.end(), [&](const Binding& binding) {
    return binding.spec.to == queue && binding.spec.from == write.exchange && stands(binding, write) &&
           takes(binding.spec, *write.message);
  });
}

// Follows the message from exchange to exchange; each is passed once.
bool Ledger::leads(const std::string& exchange, const Write& write, const std::string& queue,
                   std::set<std::string>& seen) const {
  if (!seen.insert(exchange).second) return false;
  const auto declared = scenario_.exchanges.find(exchange);
  const ExchangeType type =
      exchange.empty()
          ? ExchangeType::kDirect
          : (declared == scenario_.exchanges.end() ? ExchangeType::kTopic : declared->second.type);
  bool taken = false;
  for (const Binding& binding : bindings_) {
    if (binding.spec.from != exchange || !stands(binding, write)) continue;
    if (!takes(binding.spec, *write.message, type)) continue;
    taken = true;
    const bool is_queue = binding.spec.target == BindingTarget::kQueue;
    if (is_queue ? binding.spec.to == queue : leads(binding.spec.to, write, queue, seen)) return true;
  }
  if (taken) return false;
  const std::optional<std::string> alternate = alternate_of(scenario_, exchange);
  return alternate && leads(*alternate, write, queue, seen);
}

void Ledger::close(End end) { end_ = std::move(end); }

bool Ledger::on_its_way_to_the_bus(const Write& write) const {
  if (end_.drained || write.moment.arrived) return false;
  const auto varied = end_.varied.find(write.writer);
  if (varied == end_.varied.end()) return add_time(write.time_ns, latency_ns_) > end_.time_ns;
  const auto latest = latest_issued_.find(write.writer);
  const bool overtaken = latest != latest_issued_.end() && latest->second > write.moment.issued;
  return !overtaken && varied->second.at_bus_ns > end_.time_ns;
}

// Whether what waits for these consumers since then, while they are idle, may be on its way to one of them.
bool Ledger::on_its_way_to(const HandOvers& consumers, TimeNs since_ns) const {
  if (end_.drained) return false;
  return std::any_of(consumers.consumers.begin(), consumers.consumers.end(), [&](LinkIndex consumer) {
    const auto varied = end_.varied.find(consumer);
    const TimeNs arrival_ns =
        varied == end_.varied.end() ? add_time(since_ns, latency_ns_) : varied->second.at_component_ns;
    return arrival_ns > end_.time_ns;
  });
}

// Whether a message that was not delivered may still come, and so is not lost.
bool Ledger::under_way(const Write& write, const std::string& queue) const {
  if (!write.moment.arrived) return on_its_way_to_the_bus(write);
  if (for_clients_.contains(queue)) return true;
  const auto found = hand_overs_.find(queue);
  if (found == hand_overs_.end()) return true;  // nobody streams it
  const HandOvers& hand_overs = found->second;
  bool any_unsettled = false;
  for (const auto& [consumer, ids] : hand_overs.unsettled) {
    if (ids.contains(write.message->id())) return true;
    any_unsettled = any_unsettled || !ids.empty();
  }
  const bool went_back =
      hand_overs.ever.contains(write.message->id()) || *write.moment.arrived < hand_overs.gone;
  const QueueOptions& options = options_of(queue);
  const bool in_order = options.max_priority == 0 && options.type == QueueType::kClassic;
  const bool is_overtaken = in_order && !went_back && *write.moment.arrived < hand_overs.latest_arrival;
  if (is_overtaken) return !end_.varied.empty() && on_its_way_to(hand_overs, 0);
  if (any_unsettled || hand_overs.consumers.empty()) return true;
  // An idle consumer gets what waits within one hop.
  return on_its_way_to(hand_overs, std::max(write.arrived_ns, hand_overs.changed_ns));
}

}  // namespace dse
