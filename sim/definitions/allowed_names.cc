#include "sim/definitions/allowed_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "dse/error.h"
#include "sim/scenario/key_rules.h"

namespace dse {
namespace {

constexpr std::size_t kBytesMax = 190;  // a name has at most 200; the rest is for a number

// One `-` for each run of bytes that are not allowed.
std::string with_dashes(const std::string& name, bool dots_allowed) {
  std::string result;
  bool in_gap = false;
  for (const char c : name) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                         c == '-' || c == '_' || (dots_allowed && c == '.');
    if (allowed || !in_gap) result += allowed ? c : '-';
    in_gap = !allowed;
  }
  // Dashes alone say nothing.
  if (result.find_first_not_of("-._") == std::string::npos) return "name";
  return result.substr(0, kBytesMax);
}

}  // namespace

bool AllowedNames::allows(const std::string& name) {
  try {
    check_resource_name(name, {});
    return true;
  } catch (const InputError&) {
    return false;
  }
}

std::string AllowedNames::free_name(const std::string& name) {
  if (taken_.insert(name).second) return name;
  // Many names may become the same one, so the numbers go on.
  for (int& number = numbers_.emplace(name, 1).first->second;;) {
    std::string free = fmt::format("{}-{}", name, ++number);
    if (taken_.insert(free).second) return free;
  }
}

std::string AllowedNames::name_like(const std::string& name) {
  std::string result = with_dashes(name, true);
  if (result.starts_with("amq.")) result[3] = '-';
  return free_name(result);
}

std::string AllowedNames::component_name_like(const std::string& name) {
  return free_name(with_dashes(name, false));
}

}  // namespace dse
