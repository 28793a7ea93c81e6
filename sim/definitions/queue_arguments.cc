#include "sim/definitions/queue_arguments.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "core/printable.h"
#include "dse/error.h"
#include "sim/scenario/binding_check.h"
#include "sim/scenario/resource_reader.h"

namespace dse {
namespace {

constexpr TimeNs kMillisecondNs = 1'000'000;

class ArgumentReader {
 public:
  ArgumentReader(const Headers& arguments, QueueType type, std::vector<std::string>& left_out)
      : arguments_(arguments), type_(type), left_out_(left_out) {}

  QueueOptions read() {
    options_.type = type_;
    for (const auto& [name, value] : arguments_) read_one(name, value);
    // Without an exchange RabbitMQ refuses the key of an argument, and ignores that of a policy.
    if (!options_.dead_letter && key_) leave_out("x-dead-letter-routing-key", "there is no exchange for it");
    if (options_.dead_letter) options_.dead_letter->key = key_;
    return options_;
  }

 private:
  void leave_out(std::string_view name, std::string_view reason) {
    left_out_.push_back(fmt::format("{} is left out: {}", quoted_text(name), reason));
  }

  std::optional<std::int64_t> integer(std::string_view name, const HeaderValue& value, std::int64_t least,
                                      std::int64_t most) {
    const std::int64_t* number = integer_of(value);
    if (number != nullptr && *number >= least && *number <= most) return *number;
    leave_out(name, fmt::format("expected an integer from {} to {}", least, most));
    return std::nullopt;
  }

  std::optional<TimeNs> time(std::string_view name, const HeaderValue& value, std::int64_t least_ms) {
    const auto milliseconds = integer(name, value, least_ms, kLongestTimerNs / kMillisecondNs);
    if (!milliseconds) return std::nullopt;
    return *milliseconds * kMillisecondNs;
  }

  std::optional<std::string> text(std::string_view name, const HeaderValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    leave_out(name, "expected a text");
    return std::nullopt;
  }

  bool is_for_other_type(std::string_view name, QueueType has_it) {
    if (type_ == has_it) return false;
    leave_out(name, fmt::format("RabbitMQ does not have it for a {} queue",
                                type_ == QueueType::kQuorum ? "quorum" : "classic"));
    return true;
  }

  void read_overflow(const HeaderValue& value) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && *text == "reject-publish") {
      options_.overflow = Overflow::kRejectPublish;
    } else if (text != nullptr && *text == "reject-publish-dlx") {
      options_.overflow = Overflow::kRejectPublishDlx;
    } else if (text == nullptr || *text != "drop-head") {
      leave_out("x-overflow", "expected drop-head, reject-publish or reject-publish-dlx");
    }
  }

  void read_key(const HeaderValue& value) {
    key_ = text("x-dead-letter-routing-key", value);
    if (!key_) return;
    try {
      check_routing_key(*key_, {});
    } catch (const InputError& error) {
      leave_out("x-dead-letter-routing-key", error.text());
      key_.reset();
    }
  }

  void read_one(const std::string& name, const HeaderValue& value) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    if (name == "x-queue-type") return;
    if (name == "x-message-ttl") {
      options_.message_ttl_ns = time(name, value, 0);
    } else if (name == "x-expires") {
      options_.expires_ns = time(name, value, 1);
    } else if (name == "x-max-length") {
      options_.max_length = integer(name, value, 0, kMost);
    } else if (name == "x-max-length-bytes") {
      options_.max_length_bytes = integer(name, value, 0, kMost);
    } else if (name == "x-overflow") {
      read_overflow(value);
    } else if (name == "x-dead-letter-exchange") {
      if (const auto exchange = text(name, value)) options_.dead_letter = DeadLetterTarget{*exchange};
    } else if (name == "x-dead-letter-routing-key") {
      read_key(value);
    } else if (name == "x-delivery-limit") {
      if (!is_for_other_type(name, QueueType::kQuorum))
        options_.delivery_limit = integer(name, value, 0, UINT16_MAX);
    } else if (name == "x-max-priority") {
      if (!is_for_other_type(name, QueueType::kClassic))
        options_.max_priority = integer(name, value, 1, 255).value_or(0);
    } else if (name == "x-single-active-consumer") {
      const auto* flag = std::get_if<bool>(&value);
      if (flag == nullptr) return leave_out(name, "expected true or false");
      options_.single_active_consumer = *flag;
    } else {
      leave_out(name, "it has no form in a scenario");
    }
  }

  const Headers& arguments_;
  QueueType type_;
  std::vector<std::string>& left_out_;
  QueueOptions options_;
  std::optional<std::string> key_;
};

}  // namespace

std::string queue_type_of(const QueueDefinition& queue) {
  const HeaderValue* argument = queue.arguments.find("x-queue-type");
  if (argument != nullptr) {
    const auto* text = std::get_if<std::string>(argument);
    return text == nullptr ? to_text(*argument) : *text;
  }
  if (queue.type.empty() || queue.type == "rabbit_classic_queue") return "classic";
  if (queue.type == "rabbit_quorum_queue") return "quorum";
  return queue.type;
}

QueueOptions queue_options_of(const Headers& arguments, QueueType type, std::vector<std::string>& left_out) {
  return ArgumentReader(arguments, type, left_out).read();
}

}  // namespace dse
