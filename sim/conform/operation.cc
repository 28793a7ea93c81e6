#include "sim/conform/operation.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

#include "core/counted.h"

namespace dse {
namespace {

// Distinguishes 7, 7.0, "7", int16(7) and true, which to_text does not.
std::string value_text(const HeaderValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  const auto* real = std::get_if<double>(&value);
  if (real != nullptr && std::trunc(*real) == *real) return fmt::format("{:.1f}", *real);
  return typed_text(value);
}

std::string_view text_of(Overflow overflow) {
  switch (overflow) {
    case Overflow::kRejectPublish:
      return "reject-publish";
    case Overflow::kRejectPublishDlx:
      return "reject-publish-dlx";
    case Overflow::kDropHead:
      break;
  }
  return "drop-head";
}

std::string name_text(const std::string& exchange) {
  return exchange.empty() ? "the default exchange" : exchange;
}

std::string options_text(const QueueOptions& options) {
  constexpr TimeNs kMillisecond = 1'000'000;
  std::string text = options.type == QueueType::kQuorum ? "quorum queue" : "queue";
  if (options.message_ttl_ns)
    text += fmt::format(", message TTL {} ms", *options.message_ttl_ns / kMillisecond);
  if (options.expires_ns) text += fmt::format(", expires {} ms", *options.expires_ns / kMillisecond);
  if (options.max_length) text += fmt::format(", max length {}", *options.max_length);
  if (options.max_length_bytes) text += fmt::format(", max length {} bytes", *options.max_length_bytes);
  if (options.overflow != Overflow::kDropHead) text += fmt::format(", {}", text_of(options.overflow));
  if (options.dead_letter) {
    text += fmt::format(", dead letters to {}", name_text(options.dead_letter->exchange));
    if (options.dead_letter->key) text += fmt::format(" with key \"{}\"", *options.dead_letter->key);
  }
  if (options.delivery_limit) text += fmt::format(", delivery limit {}", *options.delivery_limit);
  if (options.max_priority > 0) text += fmt::format(", max priority {}", options.max_priority);
  if (options.single_active_consumer) text += ", single active consumer";
  if (options.auto_delete) text += ", auto-delete";
  if (options.exclusive) text += ", exclusive";
  return text;
}

struct Describe {
  std::string operator()(const DeclareOperation& declare) const {
    std::string text = fmt::format("declare {}", declare.resource);
    return declare.alternate ? fmt::format("{}, alternate {}", text, *declare.alternate) : text;
  }
  std::string operator()(const ExchangeOperation& declare) const {
    std::string text = fmt::format("declare {} exchange {}", name_of(declare.options.type), declare.exchange);
    const std::optional<std::string>& alternate = declare.options.alternate;
    return alternate ? fmt::format("{}, alternate {}", text, *alternate) : text;
  }
  std::string operator()(const QueueOperation& declare) const {
    return fmt::format("declare {}: {}", declare.queue, options_text(declare.options));
  }
  std::string operator()(const BindOperation& bind) const {
    const BindingSpec& binding = bind.binding;
    std::string text =
        fmt::format("bind {} -> {}{}, key \"{}\"", binding.from,
                    binding.target == BindingTarget::kExchange ? "exchange " : "", binding.to, binding.key);
    if (binding.headers.empty() && binding.match == HeaderMatch::kAll) return text;
    const std::string_view match = binding.match == HeaderMatch::kAll ? "all" : "any";
    return fmt::format("{}, {} of {}", text, match, headers_text(binding.headers));
  }
  std::string operator()(const PublishOperation& publish) const {
    std::string text =
        fmt::format("publish {} to {}, key \"{}\"", publish.id, name_text(publish.exchange), publish.key);
    if (publish.bytes > 0) text += fmt::format(", {} bytes", publish.bytes);
    if (publish.priority) text += fmt::format(", priority {}", *publish.priority);
    if (!publish.expiration.empty()) text += fmt::format(", expiration {}", publish.expiration);
    if (publish.publisher != kUnconfirmed) text += fmt::format(", by publisher {}", publish.publisher);
    if (!publish.headers.empty()) text += ", " + headers_text(publish.headers);
    return publish.mandatory ? text + ", mandatory" : text;
  }
  std::string operator()(const OpenOperation& open) const {
    const std::string limit = open.prefetch == 0 ? "no limit" : fmt::format("{}", open.prefetch);
    return fmt::format("stream {} as s{}, prefetch {}", open.resource, open.stream, limit);
  }
  std::string operator()(const SettleOperation& settle) const {
    std::string_view verb = "acknowledge";
    if (settle.how == SettleHow::kReject) verb = "reject";
    if (settle.how == SettleHow::kRequeue) verb = "requeue";
    return fmt::format("{} unsettled delivery {} of s{}", verb, settle.which, settle.stream);
  }
  std::string operator()(const CloseOperation& close) const { return fmt::format("close s{}", close.stream); }
  std::string operator()(const DrainOperation& drain) const {
    return fmt::format("take what is left in {}", drain.resource);
  }
  std::string operator()(const WaitOperation& wait) const {
    return fmt::format("wait for {}", counted(wait.steps, "step"));
  }
};

}  // namespace

bool is_resource_name(std::string_view text) {
  return text.size() == 2 && (text[0] == 'r' || text[0] == 'x') && text[1] >= '0' && text[1] <= '9';
}

MoreProperties more_of(const PublishOperation& publish) {
  return {.expiration = publish.expiration, .priority = publish.priority};
}

std::string headers_text(const Headers& headers) {
  std::string text;
  for (const auto& [name, value] : headers) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value_text(value));
  }
  return fmt::format("{{{}}}", text);
}

std::string describe(const Operation& operation) { return std::visit(Describe{}, operation); }

}  // namespace dse
