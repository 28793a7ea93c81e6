#include "broker/dead_letter.h"

#include <algorithm>
#include <utility>

#include "message/deaths.h"

namespace dse {
namespace {

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;

// The text of this name in a death; empty when it has none.
std::optional<std::string_view> text_in(const Headers& death, std::string_view name) {
  const HeaderValue* value = death.find(name);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
}

bool same_kind(const Headers& one, const Headers& other) {
  return text_in(one, "queue") == text_in(other, "queue") &&
         text_in(one, "reason") == text_in(other, "reason");
}

void add_count(Headers& death, std::int64_t count) {
  if (death.find("count") == nullptr) death.set("count", count);
}

// One death of each queue and reason, in the opposite order (rabbit_dead_letter: group_by_queue_and_reason,
// which builds its list from the front).
std::vector<Headers> grouped(const std::vector<HeaderValue>& deaths) {
  std::vector<Headers> all;
  for (const HeaderValue& value : deaths) {
    if (const auto* table = std::get_if<HeaderTable>(&value)) all.push_back(table->entries());
  }
  if (all.size() < 2) return all;
  std::vector<Headers> groups;
  for (const Headers& death : all) {
    const auto is_same = [&death](const Headers& other) { return same_kind(other, death); };
    if (std::any_of(groups.begin(), groups.end(), is_same)) continue;
    groups.push_back(death);
    add_count(groups.back(), std::count_if(all.begin(), all.end(), is_same));
  }
  std::reverse(groups.begin(), groups.end());
  return groups;
}

Headers first_of_its_kind(const Death& death, const Message& message) {
  std::vector<HeaderValue> keys = {message.key()};
  const HeaderValue* more = message.headers().find(kCopyKeys);
  const auto* more_keys = more == nullptr ? nullptr : std::get_if<HeaderArray>(more);
  if (more_keys != nullptr) keys.insert(keys.end(), more_keys->values().begin(), more_keys->values().end());
  std::erase_if(keys, [](const HeaderValue& key) { return !std::holds_alternative<std::string>(key); });
  Headers result{
      {"count", std::int64_t{1}},
      {"exchange", std::string(death.exchange)},
      {"queue", std::string(death.queue)},
      {"reason", std::string(name_of(death.reason))},
      {"routing-keys", HeaderArray(std::move(keys))},
      {"time", HeaderTimestamp(static_cast<std::uint64_t>(death.time_ns) / kNanosecondsPerSecond)}};
  if (!message.expiration().empty()) result.set("original-expiration", message.expiration());
  return result;
}

// As rabbit_dead_letter: update_x_death_header.
void add_death(Headers& headers, Headers death) {
  const HeaderValue* before = headers.find(kDeathsHeader);
  std::vector<HeaderValue> deaths;
  if (before == nullptr) {
    headers.set("x-first-death-reason", *death.find("reason"));
    headers.set("x-first-death-queue", *death.find("queue"));
    headers.set("x-first-death-exchange", *death.find("exchange"));
    deaths.emplace_back(HeaderTable(std::move(death)));
  } else if (const auto* array = std::get_if<HeaderArray>(before)) {
    for (Headers& one : grouped(array->values())) {
      if (!same_kind(one, death)) {
        deaths.emplace_back(HeaderTable(std::move(one)));
        continue;
      }
      const std::int64_t* count = one.find_integer("count");
      one.set("count", count == nullptr ? 1 : *count + 1);
      death = std::move(one);
    }
    deaths.insert(deaths.begin(), HeaderTable(std::move(death)));
  } else {  // no list of deaths: RabbitMQ begins another one
    deaths.emplace_back(HeaderTable(std::move(death)));
  }
  headers.set(std::string(kDeathsHeader), HeaderArray(std::move(deaths)));
}

// Appends the texts of the array of this name.
void add_keys(const Message& message, std::string_view name, std::vector<std::string_view>& keys) {
  const HeaderValue* value = message.headers().find(name);
  const auto* array = value == nullptr ? nullptr : std::get_if<HeaderArray>(value);
  if (array == nullptr) return;
  for (const HeaderValue& key : array->values()) {
    if (const auto* text = std::get_if<std::string>(&key)) keys.push_back(*text);
  }
}

// The message with other fields: it entered the run when the first one did.
MessagePtr remade(const Message& message, MessageFields&& fields) {
  MessagePtr result = make_message(std::move(fields));
  result->set_entered_ns(message.entered_ns());
  return result;
}

}  // namespace

std::string_view name_of(DeathReason reason) {
  switch (reason) {
    case DeathReason::kRejected:
      return "rejected";
    case DeathReason::kExpired:
      return "expired";
    case DeathReason::kMaxLength:
      return "maxlen";
    case DeathReason::kDeliveryLimit:
      break;
  }
  return "delivery_limit";
}

MessagePtr died(const Message& message, const Death& death) {
  MessageFields fields = message.fields();
  add_death(fields.headers, first_of_its_kind(death, message));
  if (death.key) {
    fields.key = *death.key;
    fields.headers.remove(kCopyKeys);
  }
  fields.more.note_changed(MoreProperties::kHeadersChanged);
  if (fields.more.any()) {
    MoreProperties& more = fields.more.edit();
    if (!more.expiration.empty()) fields.more.note_changed(MoreProperties::kExpirationChanged);
    more.expiration.clear();
    if (death.key) more.blind_keys.clear();
  }
  return remade(message, std::move(fields));
}

// As rabbit_dead_letter: is_cycle.
bool would_cycle(const Headers& headers, std::string_view queue) {
  const HeaderValue* value = headers.find(kDeathsHeader);
  const auto* deaths = value == nullptr ? nullptr : std::get_if<HeaderArray>(value);
  if (deaths == nullptr) return false;
  for (const HeaderValue& one : deaths->values()) {
    const auto* death = std::get_if<HeaderTable>(&one);
    if (death == nullptr || text_in(death->entries(), "reason") == "rejected") return false;
    if (text_in(death->entries(), "queue") == queue) return true;
  }
  return false;
}

bool has_more_keys(const Message& message) {
  const Headers& headers = message.headers();
  // Headers are in name order, and of the two names CC is the last.
  if (!headers.empty() && headers.begin()->first <= kCopyKeys &&
      (headers.find(kCopyKeys) != nullptr || headers.find(kBlindCopyKeys) != nullptr))
    return true;
  return message.fields().more.any() && !message.fields().more->blind_keys.empty();
}

std::vector<std::string_view> routing_keys(const Message& message) {
  std::vector<std::string_view> keys = {message.key()};
  add_keys(message, kCopyKeys, keys);
  add_keys(message, kBlindCopyKeys, keys);
  const std::vector<std::string>& blind = message.fields().more->blind_keys;
  keys.insert(keys.end(), blind.begin(), blind.end());
  return keys;
}

MessagePtr without_blind_copies(const MessagePtr& message) {
  if (message->headers().find(kBlindCopyKeys) == nullptr) return message;
  std::vector<std::string_view> keys;
  add_keys(*message, kBlindCopyKeys, keys);
  MessageFields fields = message->fields();
  fields.headers.remove(kBlindCopyKeys);
  fields.more.note_changed(MoreProperties::kHeadersChanged);
  if (!keys.empty()) fields.more.edit().blind_keys.assign(keys.begin(), keys.end());
  return remade(*message, std::move(fields));
}

std::optional<TimeNs> time_to_live(const Message& message, std::optional<TimeNs> of_queue_ns) {
  const std::optional<std::int64_t> own_ms = expiration_ms(message.expiration());
  if (!own_ms) return of_queue_ns;
  const TimeNs own_ns = *own_ms * kNanosecondsPerMillisecond;
  return of_queue_ns ? std::min(*of_queue_ns, own_ns) : own_ns;
}

MessagePtr with_delivery_count(const Message& message, std::uint32_t count) {
  MessageFields fields = message.fields();
  fields.headers.set("x-delivery-count", std::int64_t{count});
  fields.more.note_changed(MoreProperties::kHeadersChanged);
  return remade(message, std::move(fields));
}

}  // namespace dse
