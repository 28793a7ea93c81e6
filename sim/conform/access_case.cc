#include "sim/conform/access_case.h"

#include <fmt/format.h>

#include <optional>

#include "amqp/broker_error.h"
#include "core/printable.h"
#include "dse/random.h"

namespace dse {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kOperations = 6;

// Those that are there, and others.
const Texts& names() {
  static const Texts kNames = {"t1", "t2", "f1", "q1", "q2", "new.x", "new.\xc3\xbc", "a'b", "amq.default"};
  return kNames;
}
const Texts& keys() {
  static const Texts kKeys = {"a", "a.b", "user-3", "/", "", "#", "\xc3\xbc"};
  return kKeys;
}
const Texts& patterns() {
  static const Texts kPatterns = {"",          ".*",
                                  "^t",        "[12]$",
                                  "^(t1|q1)$", "^amq\\.default$",
                                  "^new\\.",   "(?!x)new",
                                  "^q\\d",     "^[^.]*\\.?\xc3\xbc",
                                  "^$",        "'"};
  return kPatterns;
}
const Texts& topic_patterns() {
  static const Texts kPatterns = {"", ".*", "^a", "^{username}$", "{vhost}$", "^#$", "b"};
  return kPatterns;
}

class AccessDrawing {
 public:
  AccessDrawing(std::uint64_t seed, std::uint64_t number)
      : number_(number), random_(seed, fmt::format("case-{}", number), "conform access") {}

  AccessCase draw() {
    AccessCase drawn{.permissions = {.configure = one_of(patterns()),
                                     .write = one_of(patterns()),
                                     .read = one_of(patterns())}};
    for (const char* exchange : {"t1", "f1"}) {
      if (random_.below(2) == 0)
        drawn.permissions.topics.push_back(
            {.exchange = exchange, .write = one_of(topic_patterns()), .read = one_of(topic_patterns())});
    }
    while (drawn.operations.size() < kOperations) drawn.operations.push_back(operation());
    return drawn;
  }

 private:
  std::string one_of(const Texts& texts) { return texts[random_.below(texts.size())]; }

  AccessOperation operation() {
    AccessOperation drawn{.action = static_cast<AccessAction>(random_.below(kAccessActions)),
                          .name = one_of(names()),
                          .key = one_of(keys())};
    switch (drawn.action) {
      // What is not there is not found where it is permitted, which is another matter.
      case AccessAction::kBindQueue:
      case AccessAction::kConsume:
        drawn.name = one_of({"q1", "q2"});
        drawn.other = one_of({"t1", "t2", "f1"});
        break;
      case AccessAction::kBindExchange:
        drawn.name = one_of({"t1", "t2", "f1"});
        drawn.other = one_of({"t1", "t2", "f1"});
        break;
      case AccessAction::kPublish:
        drawn.name = one_of({"t1", "t2", "f1", ""});
        break;
      case AccessAction::kDeclareExchange:
      case AccessAction::kDeclareQueue:
        fit_declaration(drawn);
        break;
    }
    return drawn;
  }

  // Every other new one has a name that no case has used, and another exchange.
  void fit_declaration(AccessOperation& drawn) {
    if (drawn.name == "amq.default") drawn.name = "new.x";
    if (drawn.name != "new.x" || random_.below(2) > 0) return;
    drawn.has_other = true;
    drawn.name += fmt::format("-{}-{}", number_, ++new_ones_);
    drawn.other = one_of({"t1", "f1", "nowhere"});
  }

  std::uint64_t number_;
  RandomStream random_;
  std::size_t new_ones_ = 0;
};

std::string_view type_of(std::string_view exchange) {
  for (const AccessExchange& one : kAccessExchanges) {
    if (one.name == exchange) return one.type;
  }
  return "topic";
}

void perform_access(const AccessOperation& operation, Connection& connection, ChannelNumber channel) {
  const auto arguments = [&operation](const char* name) {
    return operation.has_other ? AmqpArguments{{name, operation.other}} : AmqpArguments();
  };
  switch (operation.action) {
    case AccessAction::kDeclareExchange:
      return connection.declare_exchange(
          channel, operation.name,
          {.type = std::string(type_of(operation.name)), .arguments = arguments("alternate-exchange")});
    case AccessAction::kDeclareQueue:
      connection.declare_queue(channel, operation.name, {.arguments = arguments("x-dead-letter-exchange")});
      return;
    case AccessAction::kBindQueue:
      return connection.bind_queue(
          channel, {.source = operation.other, .destination = operation.name, .key = operation.key});
    case AccessAction::kBindExchange:
      return connection.bind_exchange(
          channel, {.source = operation.other, .destination = operation.name, .key = operation.key});
    case AccessAction::kPublish:
      connection.publish(channel, {.exchange = operation.name, .message = {.key = operation.key}});
      // Takes no permission, and is not answered by a channel that has been closed.
      connection.declare_queue(channel, std::string(kAccessQueues.front()), {.passive = true});
      return;
    case AccessAction::kConsume:
      connection.consume(channel, operation.name);
      return;
  }
}

}  // namespace

AccessCase draw_access_case(std::uint64_t seed, std::uint64_t number) {
  return AccessDrawing(seed, number).draw();
}

AccessRefusal refusal_of(const AccessOperation& operation, const AccessRules& rules) {
  const std::optional<std::string> other =
      operation.has_other ? std::optional(operation.other) : std::nullopt;
  switch (operation.action) {
    case AccessAction::kDeclareExchange:
      return refuse_exchange_declare(rules, operation.name, other);
    case AccessAction::kDeclareQueue:
      return refuse_queue_declare(rules, operation.name, other);
    case AccessAction::kBindQueue:
    case AccessAction::kBindExchange:
      return refuse_bind(rules, {.source = operation.other,
                                 .destination = operation.name,
                                 .to_exchange = operation.action == AccessAction::kBindExchange,
                                 .from_topic = type_of(operation.other) == "topic",
                                 .key = operation.key});
    case AccessAction::kPublish:
      if (auto refusal = refuse_exchange_write(rules, operation.name)) return refusal;
      return !operation.name.empty() && type_of(operation.name) == "topic"
                 ? refuse_topic_write(rules, operation.name, operation.key)
                 : std::nullopt;
    case AccessAction::kConsume:
      break;
  }
  return refuse_queue_read(rules, operation.name);
}

std::string answer_to(const AccessOperation& operation, Connection& connection) {
  const ChannelNumber channel = connection.open_channel();
  try {
    perform_access(operation, connection, channel);
  } catch (const ChannelClosed& closed) {
    return fmt::format("{} {}", closed.code(), closed.what());
  }
  connection.close_channel(channel);
  return "";
}

std::string describe(const AccessOperation& operation) {
  const std::string name = quoted_text(operation.name);
  const std::string key = quoted_text(operation.key);
  switch (operation.action) {
    case AccessAction::kDeclareExchange:
      return fmt::format("declare exchange {}{}", name,
                         operation.has_other ? fmt::format(", alternate {}", operation.other) : "");
    case AccessAction::kDeclareQueue:
      return fmt::format("declare queue {}{}", name,
                         operation.has_other ? fmt::format(", dead letters to {}", operation.other) : "");
    case AccessAction::kBindQueue:
      return fmt::format("bind queue {} to {}, key {}", name, operation.other, key);
    case AccessAction::kBindExchange:
      return fmt::format("bind exchange {} to {}, key {}", name, operation.other, key);
    case AccessAction::kPublish:
      return fmt::format("publish to {}, key {}", name, key);
    case AccessAction::kConsume:
      break;
  }
  return fmt::format("consume from {}", name);
}

std::string describe(const Permissions& permissions) {
  std::string text = fmt::format("configure {}, write {}, read {}", quoted_text(permissions.configure),
                                 quoted_text(permissions.write), quoted_text(permissions.read));
  for (const TopicPermissions& topic : permissions.topics) {
    text += fmt::format(", topic {}: write {}, read {}", topic.exchange, quoted_text(topic.write),
                        quoted_text(topic.read));
  }
  return text;
}

}  // namespace dse
