#include "sim/capture/client_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

#include "core/printable.h"
#include "dse/header_value.h"
#include "wire/method_codec.h"

namespace dse {
namespace {

struct MethodName {
  wire::MethodId id;
  std::string_view name;
};

// All that a client may send.
constexpr std::array kMethodNames = std::to_array<MethodName>({
    {{10, 11}, "connection.start-ok"},
    {{10, 21}, "connection.secure-ok"},
    {{10, 31}, "connection.tune-ok"},
    {{10, 40}, "connection.open"},
    {{10, 50}, "connection.close"},
    {{10, 51}, "connection.close-ok"},
    {{10, 70}, "connection.update-secret"},
    {{20, 10}, "channel.open"},
    {{20, 20}, "channel.flow"},
    {{20, 21}, "channel.flow-ok"},
    {{20, 40}, "channel.close"},
    {{20, 41}, "channel.close-ok"},
    {{30, 10}, "access.request"},
    {{40, 10}, "exchange.declare"},
    {{40, 20}, "exchange.delete"},
    {{40, 30}, "exchange.bind"},
    {{40, 40}, "exchange.unbind"},
    {{50, 10}, "queue.declare"},
    {{50, 20}, "queue.bind"},
    {{50, 30}, "queue.purge"},
    {{50, 40}, "queue.delete"},
    {{50, 50}, "queue.unbind"},
    {{60, 10}, "basic.qos"},
    {{60, 20}, "basic.consume"},
    {{60, 30}, "basic.cancel"},
    {{60, 40}, "basic.publish"},
    {{60, 70}, "basic.get"},
    {{60, 80}, "basic.ack"},
    {{60, 90}, "basic.reject"},
    {{60, 100}, "basic.recover-async"},
    {{60, 110}, "basic.recover"},
    {{60, 120}, "basic.nack"},
    {{85, 10}, "confirm.select"},
    {{90, 10}, "tx.select"},
    {{90, 20}, "tx.commit"},
    {{90, 30}, "tx.rollback"},
});

std::string_view name_of_method(wire::MethodId id) {
  for (const MethodName& one : kMethodNames) {
    if (one.id == id) return one.name;
  }
  return "method";
}

// A name that may be empty is shown so that it is seen.
std::string name_word(const std::string& name) { return name.empty() ? "''" : printable_word(name); }

// Appends words to a line, each with a space before it.
class WordLine {
 public:
  explicit WordLine(std::string& line) : line_(line) {}

  WordLine& name(const std::string& name) { return word(name_word(name)); }
  WordLine& from(const std::string& name) { return word("from").word(name_word(name)); }
  WordLine& key(const std::string& key) { return word("key=" + name_word(key)); }
  WordLine& flag(bool is_set, std::string_view name) { return is_set ? word(name) : *this; }
  WordLine& number(std::uint64_t number) { return word(fmt::format("{}", number)); }
  WordLine& arguments(const Headers& arguments) {
    return arguments.empty() ? *this : word(capture_headers_text(arguments));
  }
  WordLine& word(std::string_view word) {
    line_ += ' ';
    line_ += word;
    return *this;
  }

 private:
  std::string& line_;
};

// What a method says; nothing for those without an overload of their own.
struct MethodWords {
  WordLine line;

  template <typename Method>
  void operator()(const Method&) {}
  void operator()(const wire::ConnectionClose& close) {
    line.number(close.reply_code).word(quoted_text(close.reply_text));
  }
  void operator()(const wire::ChannelClose& close) {
    line.number(close.reply_code).word(quoted_text(close.reply_text));
  }
  void operator()(const wire::ExchangeDeclare& one) {
    line.name(one.exchange).word(name_word(one.type)).flag(one.passive, "passive");
    line.flag(one.durable, "durable").flag(one.auto_delete, "auto-delete").flag(one.internal, "internal");
    line.flag(one.no_wait, "no-wait").arguments(one.arguments);
  }
  void operator()(const wire::ExchangeDelete& one) {
    line.name(one.exchange).flag(one.if_unused, "if-unused").flag(one.no_wait, "no-wait");
  }
  void operator()(const wire::ExchangeBind& one) {
    line.name(one.destination).from(one.source).key(one.routing_key);
    line.flag(one.no_wait, "no-wait").arguments(one.arguments);
  }
  void operator()(const wire::ExchangeUnbind& one) {
    line.name(one.destination).from(one.source).key(one.routing_key);
    line.flag(one.no_wait, "no-wait").arguments(one.arguments);
  }
  void operator()(const wire::QueueDeclare& one) {
    line.name(one.queue).flag(one.passive, "passive").flag(one.durable, "durable");
    line.flag(one.exclusive, "exclusive").flag(one.auto_delete, "auto-delete");
    line.flag(one.no_wait, "no-wait").arguments(one.arguments);
  }
  void operator()(const wire::QueueBind& one) {
    line.name(one.queue).from(one.exchange).key(one.routing_key);
    line.flag(one.no_wait, "no-wait").arguments(one.arguments);
  }
  void operator()(const wire::QueueUnbind& one) {
    line.name(one.queue).from(one.exchange).key(one.routing_key).arguments(one.arguments);
  }
  void operator()(const wire::QueuePurge& one) { line.name(one.queue).flag(one.no_wait, "no-wait"); }
  void operator()(const wire::QueueDelete& one) {
    line.name(one.queue).flag(one.if_unused, "if-unused").flag(one.if_empty, "if-empty");
    line.flag(one.no_wait, "no-wait");
  }
  void operator()(const wire::BasicQos& one) {
    line.word(fmt::format("prefetch={}", one.prefetch_count)).flag(one.global, "global");
  }
  void operator()(const wire::BasicConsume& one) {
    line.name(one.queue).word("tag=" + name_word(one.consumer_tag)).flag(one.no_ack, "no-ack");
    line.flag(one.exclusive, "exclusive").flag(one.no_wait, "no-wait").arguments(one.arguments);
  }
  void operator()(const wire::BasicCancel& one) { line.name(one.consumer_tag).flag(one.no_wait, "no-wait"); }
  void operator()(const wire::BasicPublish& one) {
    line.word("to").name(one.exchange).flag(one.mandatory, "mandatory").flag(one.immediate, "immediate");
  }
  void operator()(const wire::BasicGet& one) { line.name(one.queue).flag(one.no_ack, "no-ack"); }
  void operator()(const wire::BasicAck& one) { line.number(one.delivery_tag).flag(one.multiple, "multiple"); }
  void operator()(const wire::BasicReject& one) {
    line.number(one.delivery_tag).flag(one.requeue, "requeue");
  }
  void operator()(const wire::BasicNack& one) {
    line.number(one.delivery_tag).flag(one.multiple, "multiple").flag(one.requeue, "requeue");
  }
  void operator()(const wire::BasicRecover& one) { line.flag(one.requeue, "requeue"); }
  void operator()(const wire::BasicRecoverAsync& one) { line.flag(one.requeue, "requeue"); }
};

std::string value_text(const HeaderValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? typed_text(value) : quoted_text(*text);
}

}  // namespace

std::string capture_headers_text(const Headers& headers) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : headers)
    parts.push_back(fmt::format("{} = {}", printable_word(name), value_text(value)));
  return parts.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

std::string_view name_of(const ClientAction& action) {
  if (std::holds_alternative<ClientOpened>(action)) return "connected";
  if (std::holds_alternative<ClientGone>(action)) return "gone";
  if (std::holds_alternative<ClientFailed>(action)) return "failed";
  if (std::holds_alternative<ClientWritten>(action)) return "written";
  if (std::holds_alternative<ClientPublication>(action)) return name_of_method(wire::BasicPublish::kId);
  return name_of_method(wire::id_of(std::get<wire::ClientMethod>(action)));
}

std::string text_of(const ClientAction& action) {
  std::string text(name_of(action));
  WordLine line(text);
  if (const auto* opened = std::get_if<ClientOpened>(&action)) {
    line.word("as").name(opened->user).word("to").name(opened->virtual_host);
    line.word("from").word(quoted_text(opened->name));
  } else if (const auto* failed = std::get_if<ClientFailed>(&action)) {
    line.number(failed->code).word(quoted_text(failed->text));
  } else if (const auto* written = std::get_if<ClientWritten>(&action)) {
    line.word("mark").number(written->mark);
  } else if (const auto* publication = std::get_if<ClientPublication>(&action)) {
    MethodWords{line}(publication->method);
  } else if (const auto* method = std::get_if<wire::ClientMethod>(&action)) {
    std::visit(MethodWords{line}, *method);
  }
  return text;
}

}  // namespace dse
