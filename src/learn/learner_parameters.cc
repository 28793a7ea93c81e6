#include "learn/learner_parameters.h"

#include <fmt/format.h>

#include "dse/error.h"

namespace dse {
namespace {

template <typename Value>
Value value_of(const LearnerOptions& options, std::string_view name, const Value& fallback) {
  const auto found = options.parameters.find(std::string(name));
  if (found == options.parameters.end()) return fallback;
  if (const auto* value = std::get_if<Value>(&found->second)) return *value;
  throw UsageError(fmt::format("the parameter '{}' of a learner is read as another type than it has", name));
}

std::string text_of(const KeyValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return "";
}

}  // namespace

std::int64_t parameter(const LearnerOptions& options, std::string_view name, std::int64_t fallback) {
  return value_of(options, name, fallback);
}
double parameter(const LearnerOptions& options, std::string_view name, double fallback) {
  return value_of(options, name, fallback);
}
std::string parameter(const LearnerOptions& options, std::string_view name, const std::string& fallback) {
  return value_of(options, name, fallback);
}

std::string parameters_text(const LearnerOptions& options) {
  std::string text;
  for (const auto& [name, value] : options.parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, text_of(value));
  }
  return text;
}

}  // namespace dse
