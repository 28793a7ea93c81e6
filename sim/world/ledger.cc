#include "sim/world/ledger.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/check.h"
#include "sim/record/event_code_info.h"

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

// Returns a number in a type that holds every int64 and every double exactly.
std::optional<long double> number(const HeaderValue& value) {
  static_assert(std::numeric_limits<long double>::digits >= 64);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<long double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return static_cast<long double>(*real);
  return std::nullopt;
}

bool value_takes(const HeaderValue& wanted, const HeaderValue& found) {
  const std::optional<long double> value = number(wanted);
  return value ? value == number(found) : wanted == found;
}

}  // namespace

bool takes(const BindingSpec& binding, const Message& message) {
  if (!topic_takes(binding.key, message.key())) return false;
  if (binding.headers.empty()) return true;
  const auto held = std::count_if(binding.headers.begin(), binding.headers.end(), [&](const auto& entry) {
    const HeaderValue* found = message.headers().find(entry.first);
    return found != nullptr && value_takes(entry.second, *found);
  });
  return binding.match == HeaderMatch::kAll ? static_cast<std::size_t>(held) == binding.headers.size()
                                            : held > 0;
}

Ledger::Ledger(const std::vector<BindingSpec>& bindings, std::vector<std::string> components,
               TimeNs latency_ns)
    : components_(std::move(components)), latency_ns_(latency_ns) {
  makings_under_way_.resize(components_.size());
  makings_.push_back({.issued = 0, .arrived = 0});  // before everything
  for (const BindingSpec& binding : bindings) {
    bindings_.push_back({binding, 0});
    bind_to_itself(binding.to, 0);
  }
}

void Ledger::bind_to_itself(const std::string& queue, std::size_t made) {
  bindings_.push_back({{.from = queue, .to = queue, .key = "#"}, made});
}

std::size_t Ledger::make(LinkIndex link) {
  makings_.push_back({.issued = ++issued_, .arrived = std::nullopt});
  makings_under_way_[link].push_back(makings_.size() - 1);
  return makings_.size() - 1;
}

void Ledger::note_bind(LinkIndex link, const BindingSpec& binding) {
  const std::size_t made = make(link);
  bindings_.push_back({binding, made});
  bind_to_itself(binding.to, made);
}

void Ledger::note_stream(LinkIndex link, const std::string& queue) {
  bind_to_itself(queue, make(link));
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
  if (event.code == EventCode::kDelivered || event.code == EventCode::kRedelivered)
    return note_hand_over(event.component_number, **event.message);
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

bool Ledger::owed(const Write& write, const std::string& queue) const {
  return std::any_of(bindings_.begin(), bindings_.end(), [&](const Binding& binding) {
    return binding.spec.to == queue && binding.spec.from == write.exchange &&
           makings_[binding.made].before(write.moment) && takes(binding.spec, *write.message);
  });
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
  const bool is_overtaken = !went_back && *write.moment.arrived < hand_overs.latest_arrival;
  if (is_overtaken) return !end_.varied.empty() && on_its_way_to(hand_overs, 0);
  if (any_unsettled || hand_overs.consumers.empty()) return true;
  // An idle consumer gets what waits within one hop.
  return on_its_way_to(hand_overs, std::max(write.arrived_ns, hand_overs.changed_ns));
}

bool Ledger::reads(LinkIndex link, const std::string& queue,
                   const std::optional<std::string>& consumer) const {
  const auto stream = streams_.find(link);
  return stream != streams_.end() && stream->second == queue && (!consumer || components_[link] == *consumer);
}

std::vector<Ledger::Account> Ledger::accounts(const std::string& queue,
                                              const std::optional<std::string>& consumer,
                                              std::vector<std::string>& strays) const {
  std::vector<Account> accounts;
  std::unordered_map<std::string_view, std::size_t> by_id;
  for (std::size_t write = 0; write < writes_.size(); ++write) {
    if (!owed(writes_[write], queue)) continue;
    const auto [at, added] = by_id.try_emplace(writes_[write].message->id(), accounts.size());
    if (added) accounts.push_back({.write = write});
    ++accounts[at->second].owed;
  }
  for (const Receipt& receipt : receipts_) {
    if (!reads(receipt.consumer, queue, consumer)) continue;
    const auto found = by_id.find(receipt.id);
    if (found == by_id.end()) {
      strays.push_back(receipt.id);
    } else {
      ++accounts[found->second].delivered;
    }
  }
  return accounts;
}

std::vector<std::string> Ledger::queues() const {
  std::set<std::string> names;
  for (const Binding& binding : bindings_) names.insert(binding.spec.to);
  return {names.begin(), names.end()};
}

std::vector<std::size_t> Ledger::lost(const std::string& queue) const {
  std::vector<std::size_t> writes;
  std::vector<std::string> strays;
  for (const Account& account : accounts(queue, std::nullopt, strays)) {
    if (account.delivered == 0 && !under_way(writes_[account.write], queue)) writes.push_back(account.write);
  }
  return writes;
}

std::vector<std::size_t> Ledger::unrouted() const {
  const std::vector<std::string> names = queues();
  std::vector<std::size_t> writes;
  for (std::size_t write = 0; write < writes_.size(); ++write) {
    const auto takes_it = [&](const std::string& queue) { return owed(writes_[write], queue); };
    if (std::any_of(names.begin(), names.end(), takes_it)) continue;
    if (!on_its_way_to_the_bus(writes_[write])) writes.push_back(write);
  }
  return writes;
}

}  // namespace dse
