#include "sim/command/explore_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "dse/error.h"
#include "sim/command/number_text.h"

namespace dse {
namespace {

// Splits at commas outside TOML's quotes and brackets.
std::vector<std::string> split_values(std::string_view text) {
  std::vector<std::string> values(1);
  int depth = 0;
  char quote = 0;
  bool escaped = false;
  for (const char c : text) {
    if (quote == 0 && c == ',' && depth == 0) {
      values.emplace_back();
      continue;
    }
    values.back() += c;
    if (quote != 0) {
      if (c == quote && !escaped) quote = 0;
      escaped = quote == '"' && c == '\\' && !escaped;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return values;
}

std::string without_quotes(std::string key) {
  key.erase(std::remove(key.begin(), key.end(), '"'), key.end());
  return key;
}

Parameter read_parameter(const std::string& text) {
  const std::size_t equals = text.find('=');
  Parameter parameter;
  if (equals != std::string::npos)
    parameter = {text.substr(0, equals), split_values(text.substr(equals + 1))};
  const auto is_empty = [](const std::string& value) { return value.empty(); };
  if (parameter.key.empty() || std::any_of(parameter.values.begin(), parameter.values.end(), is_empty)) {
    throw InputError({.file = "--vary " + text},
                     "expected KEY=VALUE,VALUE,..., such as resource.digits.prefetch=1,8,64");
  }
  // The scenario's own quotes do not count here.
  const std::string key = without_quotes(parameter.key);
  if (key == "seed" || key == "ordering")
    throw InputError({.file = "--vary " + key}, fmt::format("is not for --vary: use --{}s", key));
  const std::set<std::string> different(parameter.values.begin(), parameter.values.end());
  if (different.size() < parameter.values.size())
    throw InputError({.file = "--vary " + text}, "has a value twice: give each once");
  return parameter;
}

}  // namespace

void read_seeds(const std::string& text, ExplorePlan& plan) {
  const std::size_t dots = text.find("..");
  const auto first = read_whole(text.substr(0, dots), {});
  const auto last = dots == std::string::npos ? first : read_whole(text.substr(dots + 2), {});
  if (!first || !last) {
    throw InputError({.file = "--seeds"},
                     fmt::format("'{}' is no range of seeds: expected FIRST..LAST, such as 1..100", text));
  }
  if (*first > *last) {
    throw InputError(
        {.file = "--seeds"},
        fmt::format("'{}' is empty: expected the smaller seed first, {}..{}", text, *last, *first));
  }
  plan.first_seed = *first;
  plan.last_seed = *last;
}

std::vector<Parameter> read_parameters(const std::vector<std::string>& texts) {
  std::vector<Parameter> parameters;
  std::set<std::string> keys;
  for (const std::string& text : texts) {
    parameters.push_back(read_parameter(text));
    if (!keys.insert(without_quotes(parameters.back().key)).second) {
      throw InputError({.file = "--vary " + parameters.back().key},
                       "is given twice: give all its values at once, KEY=VALUE,VALUE,...");
    }
  }
  return parameters;
}

}  // namespace dse
