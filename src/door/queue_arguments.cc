#include "door/queue_arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <initializer_list>

#include "door/client_refusal.h"

namespace dse {
namespace {

constexpr std::int64_t kLongestTimerMs = 315'360'000'000;
constexpr TimeNs kMillisecondNs = 1'000'000;

constexpr std::array kComparedQueueArguments =
    std::to_array<std::string_view>({"x-expires",
                                     "x-message-ttl",
                                     "x-dead-letter-exchange",
                                     "x-dead-letter-routing-key",
                                     "x-dead-letter-strategy",
                                     "x-max-length",
                                     "x-max-length-bytes",
                                     "x-max-in-memory-length",
                                     "x-max-in-memory-bytes",
                                     "x-max-priority",
                                     "x-overflow",
                                     "x-queue-mode",
                                     "x-queue-version",
                                     "x-single-active-consumer",
                                     "x-queue-type",
                                     "x-quorum-initial-group-size",
                                     "x-max-age",
                                     "x-stream-max-segment-size-bytes",
                                     "x-initial-cluster-size",
                                     "x-queue-leader-locator",
                                     "x-delivery-limit"});
constexpr std::array kComparedExchangeArguments = std::to_array<std::string_view>({"alternate-exchange"});

constexpr std::array kOfQuorumAlone = std::to_array<std::string_view>(
    {"x-max-in-memory-length", "x-max-in-memory-bytes", "x-quorum-initial-group-size", "x-delivery-limit",
     "x-dead-letter-strategy", "x-queue-leader-locator"});
constexpr std::array kOfClassicAlone = std::to_array<std::string_view>(
    {"x-max-priority", "x-queue-mode", "x-queue-version", "x-queue-master-locator"});
// rabbit_queue_location: two, and two that are deprecated.
constexpr std::array kLocators =
    std::to_array<std::string_view>({"client-local", "balanced", "random", "least-leaders"});
constexpr std::array kOfStreamsAlone = std::to_array<std::string_view>(
    {"x-max-age", "x-stream-max-segment-size-bytes", "x-initial-cluster-size"});

// Whether the value is one of RabbitMQ's integers, and not a time.
bool is_integer(const HeaderValue& value) { return integer_of(value) != nullptr; }

std::string unacceptable_type(const HeaderValue& value) {
  return fmt::format("{{unacceptable_type,{}}}", amqp_type_name(value));
}

// Reads the arguments in RabbitMQ's order, so that the first wrong one is the one that it names.
class ArgumentReader {
 public:
  ArgumentReader(const Headers& arguments, const QueueRequest& request)
      : arguments_(arguments), request_(request) {}

  QueueOptions read() {
    require_arguments_of_type();
    read_times();
    read_dead_letters();
    read_limits();
    read_modes();
    read_type();
    return options_;
  }

 private:
  [[noreturn]] void refuse(std::string_view name, std::string_view why) const {
    throw ClientRefusal(ReplyCode::kPreconditionFailed,
                        fmt::format("invalid arg '{}' for {}: {}", name, request_.what, why));
  }

  std::optional<std::int64_t> integer(std::string_view name) const {
    const HeaderValue* value = arguments_.find(name);
    if (value == nullptr) return std::nullopt;
    if (!is_integer(*value))
      refuse(name, fmt::format("\"expected integer, got {}\"", amqp_type_name(*value)));
    return *integer_of(*value);
  }
  std::optional<std::int64_t> natural(std::string_view name) const {
    const std::optional<std::int64_t> number = integer(name);
    if (number && *number < 0) refuse(name, fmt::format("{{value_negative,{}}}", *number));
    return number;
  }
  std::optional<TimeNs> time(std::string_view name) const {
    const std::optional<std::int64_t> number = natural(name);
    if (!number) return std::nullopt;
    if (*number > kLongestTimerMs) refuse(name, fmt::format("{{value_too_large,{}}}", *number));
    return *number * kMillisecondNs;
  }
  const std::string* text(std::string_view name) const {
    const HeaderValue* value = arguments_.find(name);
    if (value == nullptr) return nullptr;
    const auto* text = std::get_if<std::string>(value);
    if (text == nullptr) refuse(name, unacceptable_type(*value));
    return text;
  }

  void read_times() {
    if (integer("x-expires") == 0) refuse("x-expires", "{value_zero,0}");
    options_.expires_ns = time("x-expires");
    options_.message_ttl_ns = time("x-message-ttl");
  }
  void read_dead_letters() {
    const std::string* exchange = text("x-dead-letter-exchange");
    const std::string* key = text("x-dead-letter-routing-key");
    if (key != nullptr && exchange == nullptr)
      refuse("x-dead-letter-routing-key", "routing_key_but_no_dlx_defined");
    if (exchange == nullptr) return;
    options_.dead_letter = DeadLetterTarget{.exchange = *exchange};
    if (key != nullptr) options_.dead_letter->key = *key;
  }
  void read_limits() {
    options_.max_length = natural("x-max-length");
    options_.max_length_bytes = natural("x-max-length-bytes");
    natural("x-max-in-memory-length");
    natural("x-max-in-memory-bytes");
    const std::optional<std::int64_t> priorities = natural("x-max-priority");
    if (priorities && *priorities > UINT8_MAX)
      refuse("x-max-priority", fmt::format("{{max_value_exceeded,{}}}", *priorities));
    options_.max_priority = priorities.value_or(0);
    const std::string* overflow = text("x-overflow");
    if (overflow == nullptr || *overflow == "drop-head") return;
    if (*overflow == "reject-publish") {
      options_.overflow = Overflow::kRejectPublish;
    } else if (*overflow == "reject-publish-dlx") {
      options_.overflow = Overflow::kRejectPublishDlx;
    } else {
      refuse("x-overflow", "invalid_overflow");
    }
  }
  void read_modes() {
    const std::string* mode = text("x-queue-mode");
    if (mode != nullptr && *mode != "default" && *mode != "lazy")
      refuse("x-queue-mode", fmt::format("\"unsupported queue mode '{}'\"", *mode));
    const std::optional<std::int64_t> version = natural("x-queue-version");
    if (version && *version != 1 && *version != 2)
      refuse("x-queue-version", fmt::format("\"unsupported queue version '{}'\"", *version));
    const HeaderValue* single = arguments_.find("x-single-active-consumer");
    if (single == nullptr) return;
    if (!std::holds_alternative<bool>(*single))
      refuse("x-single-active-consumer", unacceptable_type(*single));
    options_.single_active_consumer = std::get<bool>(*single);
  }
  // What a type does not have is found before any value is looked at.
  void require_arguments_of_type() {
    const HeaderValue* value = arguments_.find("x-queue-type");
    const auto* type = value == nullptr ? nullptr : std::get_if<std::string>(value);
    const bool is_quorum = type != nullptr && *type == "quorum";
    if (type != nullptr && !is_quorum && *type != "classic") return;  // read_type() refuses it
    const std::string_view name = is_quorum ? "quorum" : "classic";
    require_none_of(kOfStreamsAlone, name);
    if (is_quorum) {
      require_none_of(kOfClassicAlone, name);
    } else {
      require_none_of(kOfQuorumAlone, name);
    }
  }
  void read_type() {
    const std::string* type = text("x-queue-type");
    if (type != nullptr && *type != "classic" && *type != "quorum" && *type != "stream")
      refuse("x-queue-type", fmt::format("\"unsupported queue type '{}'\"", *type));
    if (type != nullptr && *type == "stream")
      throw ClientRefusal(ReplyCode::kNotImplemented, "queues of the type stream");
    if (natural("x-quorum-initial-group-size") == 0) refuse("x-quorum-initial-group-size", "{value_zero,0}");
    const std::string* locator = text("x-queue-leader-locator");
    if (locator != nullptr && std::find(kLocators.begin(), kLocators.end(), *locator) == kLocators.end())
      refuse("x-queue-leader-locator", "invalid_queue_locator_arg");
    if (type == nullptr || *type == "classic") return;
    options_.type = QueueType::kQuorum;
    require_property(request_.durable, "non-durable");
    require_property(!request_.auto_delete, "auto-delete");
    require_property(!request_.exclusive, "exclusive-owner");
    const HeaderValue* limit = arguments_.find("x-delivery-limit");
    if (limit != nullptr && is_integer(*limit) && *integer_of(*limit) >= 0)
      options_.delivery_limit = std::min<std::int64_t>(*integer_of(*limit), UINT16_MAX);
  }
  void require_none_of(std::span<const std::string_view> names, std::string_view type) const {
    for (const std::string_view name : names) {
      if (arguments_.find(name) == nullptr) continue;
      throw ClientRefusal(
          ReplyCode::kPreconditionFailed,
          fmt::format("invalid arg '{}' for {} of queue type rabbit_{}_queue", name, request_.what, type));
    }
  }
  void require_property(bool held, std::string_view name) const {
    if (!held)
      throw ClientRefusal(ReplyCode::kPreconditionFailed,
                          fmt::format("invalid property '{}' for {}", name, request_.what));
  }

  const Headers& arguments_;
  const QueueRequest& request_;
  QueueOptions options_;
};

std::string quoted_value(const HeaderValue& value) {
  return fmt::format("the value '{}' of type '{}'", erlang_text(value), amqp_type_name(value));
}

}  // namespace

std::string_view amqp_type_name(const HeaderValue& value) {
  if (const auto* narrow = std::get_if<NarrowInteger>(&value)) {
    constexpr std::array<std::string_view, 6> kNames = {"byte",          "unsignedbyte", "short",
                                                        "unsignedshort", "signedint",    "unsignedint"};
    return kNames[static_cast<std::size_t>(narrow->type())];
  }
  constexpr std::array<std::string_view, 12> kNames = {"bool",   "long",  "double",  "longstr",
                                                       "",       "float", "decimal", "timestamp",
                                                       "binary", "void",  "array",   "table"};
  return kNames[value.index()];
}

std::string erlang_text(const HeaderValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const std::int64_t* number = integer_of(value)) return fmt::format("{}", *number);
  return to_text(value);
}

QueueOptions read_queue_arguments(const Headers& arguments, const QueueRequest& request) {
  return ArgumentReader(arguments, request).read();
}

std::string queue_type_in(const Headers& arguments) {
  const HeaderValue* type = arguments.find("x-queue-type");
  const auto* text = type == nullptr ? nullptr : std::get_if<std::string>(type);
  return text == nullptr ? "classic" : *text;
}

std::span<const std::string_view> compared_queue_arguments() { return kComparedQueueArguments; }
std::span<const std::string_view> compared_exchange_arguments() { return kComparedExchangeArguments; }

void require_same_arguments(std::string_view what, const Headers& current, const Headers& received,
                            std::span<const std::string_view> names) {
  for (const std::string_view name : names) {
    const HeaderValue* old_value = current.find(name);
    const HeaderValue* new_value = received.find(name);
    if (old_value == nullptr && new_value == nullptr) continue;
    if (old_value != nullptr && new_value != nullptr) {
      const std::int64_t* old_number = integer_of(*old_value);
      const std::int64_t* new_number = integer_of(*new_value);
      const bool same_number = old_number != nullptr && new_number != nullptr && *old_number == *new_number;
      if (same_number || *old_value == *new_value) continue;
      throw ClientRefusal(ReplyCode::kPreconditionFailed,
                          fmt::format("inequivalent arg '{}' for {}: received '{}' but current is '{}'", name,
                                      what, erlang_text(*new_value), erlang_text(*old_value)));
    }
    const HeaderValue& said = old_value != nullptr ? *old_value : *new_value;
    // A classic queue may say so, or not.
    if (name == "x-queue-type" && said == HeaderValue(std::string("classic"))) continue;
    throw ClientRefusal(ReplyCode::kPreconditionFailed,
                        old_value == nullptr
                            ? fmt::format("inequivalent arg '{}' for {}: received {} but current is none",
                                          name, what, quoted_value(said))
                            : fmt::format("inequivalent arg '{}' for {}: received none but current is {}",
                                          name, what, quoted_value(said)));
  }
}

void require_same_flag(std::string_view what, std::string_view name, bool current, bool received) {
  if (current == received) return;
  throw ClientRefusal(ReplyCode::kPreconditionFailed,
                      fmt::format("inequivalent arg '{}' for {}: received '{}' but current is '{}'", name,
                                  what, received, current));
}

}  // namespace dse
