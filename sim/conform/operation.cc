#include "sim/conform/operation.h"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace dse {
namespace {

// Distinguishes 7, 7.0, "7", int16(7) and true, which to_text does not.
std::string value_text(const HeaderValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  const auto* real = std::get_if<double>(&value);
  if (real != nullptr && std::trunc(*real) == *real) return fmt::format("{:.1f}", *real);
  return typed_text(value);
}

std::string headers_text(const Headers& headers) {
  std::string text;
  for (const auto& [name, value] : headers) {
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", name, value_text(value));
  }
  return fmt::format("{{{}}}", text);
}

struct Describe {
  std::string operator()(const DeclareOperation& declare) const {
    return fmt::format("declare {}", declare.resource);
  }
  std::string operator()(const BindOperation& bind) const {
    const BindingSpec& binding = bind.binding;
    std::string text = fmt::format("bind {} -> {}, key \"{}\"", binding.from, binding.to, binding.key);
    if (binding.headers.empty()) return text;
    const std::string_view match = binding.match == HeaderMatch::kAll ? "all" : "any";
    return fmt::format("{}, {} of {}", text, match, headers_text(binding.headers));
  }
  std::string operator()(const PublishOperation& publish) const {
    std::string text = fmt::format("publish {} to {}, key \"{}\"", publish.id, publish.resource, publish.key);
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
};

}  // namespace

std::string describe(const Operation& operation) { return std::visit(Describe{}, operation); }

}  // namespace dse
