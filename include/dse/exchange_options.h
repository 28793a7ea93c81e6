// What an exchange is: RabbitMQ's types, and the arguments with which it is declared there.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace dse {

// How an exchange chooses among its bindings (AMQP 0-9-1, section 3.1.3).
//
//   direct   those whose key is the message's
//   fanout   all
//   topic    those whose pattern fits the message's key
//   headers  those whose header values the message has; no key is looked at
enum class ExchangeType { kDirect, kFanout, kTopic, kHeaders };

// As AMQP and scenarios call it.
constexpr std::string_view name_of(ExchangeType type) {
  constexpr std::array<std::string_view, 4> kNames = {"direct", "fanout", "topic", "headers"};
  return kNames[static_cast<std::size_t>(type)];
}

struct ExchangeOptions {
  ExchangeType type = ExchangeType::kTopic;
  // The exchange that gets what no binding of this one takes (`alternate-exchange`); empty: none does.
  std::optional<std::string> alternate = {};

  bool operator==(const ExchangeOptions&) const = default;
};

}  // namespace dse
