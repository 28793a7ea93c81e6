// How the ledger judges its notes.
#include <fmt/format.h>

#include "core/counted.h"
#include "core/printable.h"
#include "sim/record/event_code_info.h"
#include "sim/world/ledger.h"

namespace dse {
namespace {

std::string reader_text(const DeliveryExpectation& expect) {
  return expect.consumer ? *expect.consumer : fmt::format("a consumer of '{}'", expect.resource);
}

}  // namespace

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
  const auto add_left = [&](const std::map<std::string, Left>& by_queue) {
    const auto left = by_queue.find(queue);
    if (left == by_queue.end()) return;
    for (const auto& [id, reasons] : left->second) {
      const auto found = by_id.find(id);
      if (found == by_id.end()) continue;
      for (const auto& [reason, times] : reasons) accounts[found->second].left += times;
    }
  };
  add_left(left_);
  if (consumer) add_left(settled_);
  const auto add_delivery = [&](const std::string& id) {
    const auto found = by_id.find(id);
    if (found == by_id.end()) return strays.push_back(id);
    ++accounts[found->second].delivered;
  };
  for (const Receipt& receipt : receipts_)
    if (reads(receipt.consumer, queue, consumer)) add_delivery(receipt.id);
  const auto taken = client_receipts_.find(queue);
  if (taken == client_receipts_.end() || consumer) return accounts;
  for (const ClientReceipt& receipt : taken->second) add_delivery(receipt.id);
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
    if (account.delivered + account.left == 0 && !under_way(writes_[account.write], queue))
      writes.push_back(account.write);
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

std::string Ledger::describe(std::size_t write) const {
  return fmt::format("message {}, written at {}", printable_word(writes_[write].message->id()),
                     format_duration(writes_[write].time_ns));
}

Ledger::Finding Ledger::judge(const DeliveryExpectation& expect) const {
  std::vector<Finding> findings;
  if (expect.delivered) findings.push_back(judge_delivered(expect));
  if (expect.fifo) findings.push_back(judge_order(expect));
  if (expect.lost) findings.push_back(judge_lost(expect));
  Finding whole;
  for (const Finding& finding : findings) {
    whole.met = whole.met && finding.met;
    if (!whole.detail.empty()) whole.detail += "; ";
    whole.detail += finding.detail;
  }
  return whole;
}

// "15 expired, 160 dropped"
std::string Ledger::left_text(const DeliveryExpectation& expect) const {
  std::map<EventCode, std::size_t> by_reason;
  const auto add = [&](const std::map<std::string, Left>& by_queue) {
    const auto left = by_queue.find(expect.resource);
    if (left == by_queue.end()) return;
    for (const auto& [id, reasons] : left->second) {
      for (const auto& [reason, times] : reasons) by_reason[reason] += times;
    }
  };
  add(left_);
  if (expect.consumer) add(settled_);
  std::string text;
  for (const auto& [reason, times] : by_reason)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", times, info_of(reason).name);
  return text;
}

Ledger::Finding Ledger::judge_delivered(const DeliveryExpectation& expect) const {
  const bool once = *expect.delivered == Guarantee::kExactlyOnce;
  const std::string reader = reader_text(expect);
  std::vector<std::string> strays;
  std::size_t owed = 0;
  std::size_t never = 0;
  std::size_t again = 0;
  std::size_t left = 0;
  std::size_t not_due = 0;
  std::string offence;  // the first, in the order of writing
  for (const Account& account : accounts(expect.resource, expect.consumer, strays)) {
    ++owed;
    const bool missing = account.delivered + account.left < account.owed;
    if (account.left > 0) ++left;
    if (missing && !end_.drained && under_way(writes_[account.write], expect.resource)) {
      ++not_due;
    } else if (missing) {
      ++never;
      if (offence.empty()) {
        offence = fmt::format("{}, was never delivered to {}", describe(account.write), reader);
      }
    } else if (account.delivered > account.owed) {
      ++again;
      if (once && offence.empty()) {
        offence = fmt::format("{}, was delivered to {} {}", describe(account.write), reader,
                              counted(account.delivered, "time"));
      }
    }
  }
  if (once && offence.empty() && !strays.empty()) {
    offence = fmt::format("message {} was delivered to {}, although nothing leads it there",
                          printable_word(strays.front()), reader);
  }
  std::string counts = fmt::format("of {} owed, {} never delivered, {} more than once", owed, never, again);
  if (!strays.empty()) counts += fmt::format(", {} delivered that were not owed", strays.size());
  if (left > 0) counts += fmt::format(", {} left the queue ({})", left, left_text(expect));
  if (not_due > 0) counts += fmt::format(", {} still under way", not_due);
  if (owed == 0 && offence.empty()) offence = fmt::format("nothing was owed to '{}'", expect.resource);
  if (offence.empty()) return {true, counts};
  return {false, fmt::format("{} ({})", offence, counts)};
}

Ledger::Finding Ledger::judge_order(const DeliveryExpectation& expect) const {
  using Consumer = std::pair<bool, std::uint32_t>;               // whether it is a client, and its number
  std::map<std::pair<Consumer, LinkIndex>, std::size_t> latest;  // the latest write, by consumer and writer
  std::set<std::pair<Consumer, std::string_view>> seen;
  std::size_t counted = 0;
  std::size_t late = 0;
  std::string offence;
  const auto take = [&](const Consumer& consumer, const std::string& id, const auto& name) {
    if (!seen.emplace(consumer, id).second) return;
    ++counted;
    const auto writes = writes_by_id_.find(id);
    if (writes == writes_by_id_.end() || writes->second.empty())
      return;  // nobody wrote it; judge_delivered reports that
    const std::size_t write = writes->second.front();
    const auto [at, first] = latest.try_emplace({consumer, writes_[write].writer}, write);
    if (first || write > at->second) {
      at->second = write;
      return;
    }
    ++late;
    if (offence.empty()) {
      offence = fmt::format("{}, came to {} after {}, which was written later", describe(write), name(),
                            printable_word(writes_[at->second].message->id()));
    }
  };
  for (const Receipt& receipt : receipts_) {
    if (receipt.redelivered || !reads(receipt.consumer, expect.resource, expect.consumer)) continue;
    take({false, receipt.consumer.number()}, receipt.id, [&] { return components_[receipt.consumer]; });
  }
  const auto taken = client_receipts_.find(expect.resource);
  if (taken != client_receipts_.end() && !expect.consumer) {
    for (const ClientReceipt& receipt : taken->second) {
      if (receipt.redelivered) continue;
      take({true, receipt.client}, receipt.id, [&] { return fmt::format("client {}", receipt.client); });
    }
  }
  if (offence.empty()) return {true, fmt::format("{} in the order of writing", counted)};
  return {false, fmt::format("{} ({} of {} out of order)", offence, late, counted)};
}

Ledger::Finding Ledger::judge_lost(const DeliveryExpectation& expect) const {
  std::size_t count = 0;
  std::string first;
  const auto add = [&](const std::vector<std::size_t>& writes, const std::string& where) {
    count += writes.size();
    if (first.empty() && !writes.empty()) first = fmt::format("{}, {}", describe(writes.front()), where);
  };
  if (expect.resource.empty()) {
    for (const std::string& queue : queues()) add(lost(queue), fmt::format("is owed to '{}'", queue));
    add(unrouted(), "fits no queue");
  } else {
    add(lost(expect.resource), fmt::format("is owed to '{}'", expect.resource));
  }
  const auto expected = static_cast<std::size_t>(*expect.lost);
  if (count == expected) return {true, fmt::format("{} lost", count)};
  const std::string found = first.empty() ? "" : fmt::format(": {}", first);
  return {false, fmt::format("{} lost, expected {}{}", count, expected, found)};
}

}  // namespace dse
