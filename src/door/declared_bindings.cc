#include "door/declared_bindings.h"

#include <algorithm>

namespace dse {
namespace {

bool key_counts(ExchangeType type) { return type == ExchangeType::kDirect || type == ExchangeType::kTopic; }

}  // namespace

DeclaredBindings::Way DeclaredBindings::way_of(ExchangeType type, const BindingSpec& binding) {
  return {binding.target, binding.to, key_counts(type) ? binding.key : std::string()};
}

bool DeclaredBindings::add(ExchangeType type, const BindingSpec& binding, const Headers& arguments,
                           bool is_new) {
  const Way way = way_of(type, binding);
  auto found = variants_.find(way);
  if (found == variants_.end()) {
    const bool is_plain = arguments.empty() && (key_counts(type) || binding.key.empty());
    if (is_plain) return is_new;
    found = variants_.emplace(way, std::vector<Variant>()).first;
    if (!is_new) found->second.push_back({.key = std::get<2>(way)});  // the plain one that there is
  }
  std::vector<Variant>& variants = found->second;
  const bool is_known = std::any_of(variants.begin(), variants.end(), [&](const Variant& one) {
    return one.key == binding.key && one.arguments == arguments;
  });
  if (is_known) return false;
  variants.push_back({binding.key, arguments, binding.headers, binding.match});
  return true;
}

bool DeclaredBindings::remove(ExchangeType type, const BindingSpec& binding, const Headers& arguments) {
  const auto found = variants_.find(way_of(type, binding));
  if (found == variants_.end()) {
    // A plain one, or one of the scenario's: with conditions, or with the key that it has where none counts.
    if (!arguments.empty()) return type == ExchangeType::kHeaders;
    return key_counts(type) || binding.key.empty() || binding.key == "#";
  }
  std::vector<Variant>& variants = found->second;
  const auto erased = std::erase_if(
      variants, [&](const Variant& one) { return one.key == binding.key && one.arguments == arguments; });
  const bool has_another = std::any_of(variants.begin(), variants.end(), [&](const Variant& one) {
    return one.conditions == binding.headers && one.match == binding.match;
  });
  if (variants.empty()) variants_.erase(found);
  return erased > 0 && !has_another;
}

void DeclaredBindings::forget(std::string_view destination, BindingTarget target) {
  auto at = variants_.lower_bound(Way(target, destination, ""));
  while (at != variants_.end() && std::get<0>(at->first) == target && std::get<1>(at->first) == destination)
    at = variants_.erase(at);
}

}  // namespace dse
