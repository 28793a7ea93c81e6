#include "synthetic/stream_option.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <stdexcept>

#include "core/check.h"
#include "core/names.h"

namespace dse {
namespace {

std::string wanted(const StreamOption& option) {
  switch (option.key.type) {
    case KeyType::kInteger:
      return fmt::format("an integer from {} to {}", option.key.range.least, option.key.range.most);
    case KeyType::kNumber:
      return fmt::format("a number from {} to {}", option.numbers.least, option.numbers.most);
    default:
      return "true or false";
  }
}

// The value in the option's own type; none when it does not fit.
std::optional<KeyValue> fitting(const StreamOption& option, const KeyValue& value) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  if (option.key.type == KeyType::kInteger) {
    const auto [least, most] = option.key.range;
    if (integer == nullptr || *integer < least || *integer > most) return std::nullopt;
    return value;
  }
  if (option.key.type == KeyType::kNumber) {
    const auto* as_given = std::get_if<double>(&value);
    if (integer == nullptr && as_given == nullptr) return std::nullopt;
    const double number = integer != nullptr ? static_cast<double>(*integer) : *as_given;
    // NaN is in no range.
    if (!(number >= option.numbers.least && number <= option.numbers.most)) return std::nullopt;
    return KeyValue(number);
  }
  if (!std::holds_alternative<bool>(value)) return std::nullopt;
  return value;
}

template <typename Value>
Value value_of(const StreamValues& values, std::string_view name) {
  const auto found = values.find(name);
  DSE_CHECK(found != values.end() && std::holds_alternative<Value>(found->second),
            "the stream has no option '{}' of this type", name);
  return std::get<Value>(found->second);
}

}  // namespace

StreamOptionReader::StreamOptionReader(const std::string& stream, const std::vector<StreamOption>& options,
                                       const StreamValues& values) {
  std::vector<std::string> names;
  for (const StreamOption& option : options) {
    values_[option.key.name] = option.key.fallback;
    names.push_back(option.key.name);
  }
  for (const auto& [name, value] : values) {
    const auto option = std::find_if(
        options.begin(), options.end(),
        [&, wanted_name = &name](const StreamOption& each) { return each.key.name == *wanted_name; });
    if (option == options.end()) {
      throw std::invalid_argument(
          fmt::format("{} has no option '{}'{}", stream, name, suggestion(name, names)));
    }
    if (std::holds_alternative<std::monostate>(value)) continue;
    const auto fits = fitting(*option, value);
    if (!fits) throw std::invalid_argument(fmt::format("{} of {} is {}", name, stream, wanted(*option)));
    values_[name] = *fits;
  }
}

int StreamOptionReader::integer(std::string_view name) const {
  return static_cast<int>(value_of<std::int64_t>(values_, name));
}
double StreamOptionReader::number(std::string_view name) const { return value_of<double>(values_, name); }
bool StreamOptionReader::flag(std::string_view name) const { return value_of<bool>(values_, name); }

}  // namespace dse
