#include "sim/scenario/table_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/names.h"
#include "sim/scenario/headers_reader.h"

namespace dse {
std::vector<InputError> in_order(std::vector<InputError> errors) {
  std::stable_sort(errors.begin(), errors.end(), [](const InputError& a, const InputError& b) {
    return std::pair(a.place().line, a.place().column) < std::pair(b.place().line, b.place().column);
  });
  return errors;
}

bool has_control_characters(const std::string& text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

TableReader::TableReader(const toml::table& table, std::string prefix)
    : table_(table), prefix_(std::move(prefix)) {}

// The file itself holds other tables as well, and a component what its kind has.
TableReader::TableReader(const toml::table& table, std::string prefix, const FormatTable& format)
    : TableReader(table, std::move(prefix), format.keys) {
  for (const FormatForm& form : format.forms) {
    for (const FormatKey& key : form.keys) described_.push_back(&key);
  }
  is_described_ = format.shape != TableShape::kRoot && format.name != "component";
}

TableReader::TableReader(const toml::table& table, std::string prefix, const std::vector<FormatKey>& keys)
    : table_(table), prefix_(std::move(prefix)), is_described_(true) {
  for (const FormatKey& key : keys) described_.push_back(&key);
}

// The forms of a table may have keys of one name and of other types.
const KeyInfo& TableReader::described(std::string_view key, KeyType type) const {
  const auto found = std::find_if(described_.begin(), described_.end(), [&](const FormatKey* one) {
    return one->info.name == key && one->info.type == type;
  });
  DSE_CHECK(found != described_.end(), "the key '{}' is read, and the format does not describe it",
            full_key(key));
  return (*found)->info;
}

std::string TableReader::full_key(std::string_view key) const {
  return prefix_.empty() ? std::string(key) : fmt::format("{}.{}", prefix_, key);
}

InputPlace TableReader::place(std::string_view key) const {
  const toml::node* node = table_.get(key);
  return place_of(node == nullptr ? table_ : *node, full_key(key));
}

InputPlace TableReader::place() const { return place_of(table_, prefix_); }

const toml::node* TableReader::find(std::string_view key) {
  const auto is_it = [key](const FormatKey* one) { return one->info.name == key; };
  DSE_CHECK(!is_described_ || std::any_of(described_.begin(), described_.end(), is_it),
            "the key '{}' is read, and the format does not describe it", full_key(key));
  if (std::find(asked_.begin(), asked_.end(), key) == asked_.end()) asked_.emplace_back(key);
  return table_.get(key);
}

const toml::node& TableReader::demand(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) refuse_missing({key});
  return *node;
}

void TableReader::refuse_missing(std::initializer_list<std::string_view> keys,
                                 const std::string& text) const {
  std::vector<std::string> unread;
  for (const auto& [name, value] : table_) {
    if (std::find(asked_.begin(), asked_.end(), name.str()) == asked_.end()) unread.emplace_back(name.str());
  }
  for (const std::string_view key : keys) {
    const std::string near = nearest_name(key, unread);
    if (!near.empty()) throw InputError(place(near), fmt::format("unknown key; did you mean '{}'?", key));
  }
  throw InputError(place(*keys.begin()), text);
}

void TableReader::refuse(const toml::node& node, std::string_view key, std::string_view expected) const {
  throw wrong_type(node, full_key(key), expected);
}

std::string TableReader::text_of(const toml::node& node, std::string_view key) const {
  if (const auto* value = node.as_string()) return value->get();
  refuse(node, key, "a string");
}

std::string TableReader::text(std::string_view key) { return text_of(demand(key), key); }

std::string TableReader::text_or(std::string_view key, std::string fallback) {
  const toml::node* node = find(key);
  return node == nullptr ? fallback : text_of(*node, key);
}

std::optional<std::string> TableReader::text_if_any(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  return text_of(*node, key);
}

std::optional<std::string> TableReader::line_if_any(std::string_view key) {
  std::optional<std::string> text = text_if_any(key);
  if (text && has_control_characters(*text)) {
    throw InputError(place(key), "holds control characters: expected one line of text");
  }
  return text;
}

std::optional<std::size_t> TableReader::choice_if_any(std::string_view key,
                                                      const std::vector<std::string>& choices) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const std::string value = text_of(*node, key);
  const auto at = std::find(choices.begin(), choices.end(), value);
  if (at == choices.end()) {
    throw InputError(place(key),
                     fmt::format("unknown value '{}'{}; expected one of {}", value,
                                 nearest_name(value, choices).empty() ? "" : suggestion(value, choices),
                                 fmt::join(choices, ", ")));
  }
  return static_cast<std::size_t>(at - choices.begin());
}

std::size_t TableReader::choice(std::string_view key) {
  return choice(key, described(key, KeyType::kChoice).choices);
}

std::optional<std::size_t> TableReader::choice_if_any(std::string_view key) {
  return choice_if_any(key, described(key, KeyType::kChoice).choices);
}

std::size_t TableReader::choice_or(std::string_view key, std::size_t fallback) {
  return choice_or(key, described(key, KeyType::kChoice).choices, fallback);
}

std::int64_t TableReader::integer_or(std::string_view key, std::int64_t fallback) {
  return integer_if_any(key).value_or(fallback);
}

std::optional<std::int64_t> TableReader::integer_if_any(std::string_view key) {
  const KeyRange& range = described(key, KeyType::kInteger).range;
  return integer_if_any(key, range.least, range.most);
}

std::size_t TableReader::choice_or(std::string_view key, const std::vector<std::string>& choices,
                                   std::size_t fallback) {
  return choice_if_any(key, choices).value_or(fallback);
}

std::size_t TableReader::choice(std::string_view key, const std::vector<std::string>& choices) {
  if (table_.get(key) == nullptr) demand(key);
  return choice_or(key, choices, 0);
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const toml::node& node = demand(key);
  const toml::array* list = node.as_array();
  if (list == nullptr) {
    if (!node.is_string()) refuse(node, key, "a string or a list of strings");
    return {text_of(node, key)};
  }
  if (list->empty()) throw InputError(place(key), "the list is empty: name at least one");
  std::vector<std::string> values;
  for (const toml::node& element : *list) values.push_back(text_of(element, key));
  return values;
}

std::optional<std::int64_t> TableReader::integer_if_any(std::string_view key, std::int64_t least,
                                                        std::int64_t most) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const auto* value = node->as_integer();
  if (value == nullptr) refuse(*node, key, "an integer");
  if (value->get() < least || value->get() > most) {
    throw InputError(place(key),
                     fmt::format("{} is out of range: expected {} to {}", value->get(), least, most));
  }
  return value->get();
}

std::int64_t TableReader::integer_or(std::string_view key, std::int64_t fallback, std::int64_t least,
                                     std::int64_t most) {
  return integer_if_any(key, least, most).value_or(fallback);
}

std::optional<double> TableReader::number_if_any(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  return number_of(*node, key);
}

double TableReader::number_of(const toml::node& node, std::string_view key) const {
  if (const auto* integer = node.as_integer()) return static_cast<double>(integer->get());
  const auto* real = node.as_floating_point();
  if (real == nullptr) refuse(node, key, "a number");
  if (!std::isfinite(real->get())) throw InputError(place(key), "expected a finite number");
  return real->get();
}

std::vector<double> TableReader::numbers(std::string_view key) {
  const toml::node& node = demand(key);
  const toml::array* list = node.as_array();
  if (list == nullptr) refuse(node, key, "a list of numbers");
  if (list->empty()) throw InputError(place(key), "the list is empty: give at least one number");
  std::vector<double> values;
  for (const toml::node& element : *list) values.push_back(number_of(element, key));
  return values;
}

bool TableReader::flag(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return false;
  const auto* value = node->as_boolean();
  if (value == nullptr) refuse(*node, key, "true or false");
  return value->get();
}

TimeNs TableReader::duration(std::string_view key) {
  if (table_.get(key) == nullptr) demand(key);
  return duration_or(key, 0);
}

TimeNs TableReader::duration_or(std::string_view key, TimeNs fallback) {
  return duration_if_any(key).value_or(fallback);
}

std::optional<TimeNs> TableReader::duration_if_any(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  return duration_of(*node, key);
}

TimeNs TableReader::duration_of(const toml::node& node, std::string_view key) const {
  const auto* value = node.as_string();
  if (value == nullptr) refuse(node, key, "a duration such as \"50us\"");
  const std::optional<TimeNs> duration = parse_duration(value->get());
  if (!duration) {
    throw InputError(
        place(key),
        fmt::format("'{}' is not a duration: expected a number from 0 to a hundred years, and one of "
                    "ns, us, ms, s, min, h, such as \"50us\"",
                    value->get()));
  }
  return *duration;
}

std::vector<TimeNs> TableReader::durations(std::string_view key) {
  const toml::node& node = demand(key);
  const toml::array* list = node.as_array();
  if (list == nullptr) refuse(node, key, "a list of durations");
  std::vector<TimeNs> values;
  for (const toml::node& element : *list) values.push_back(duration_of(element, key));
  return values;
}

Rate TableReader::rate(std::string_view key) {
  const toml::node& node = demand(key);
  const auto* value = node.as_string();
  if (value == nullptr) refuse(node, key, "a rate such as \"2000/s\"");
  const std::optional<Rate> rate = parse_rate(value->get());
  if (!rate) {
    throw InputError(place(key),
                     fmt::format("'{}' is not a rate: expected a positive integer by one of ns, us, ms, "
                                 "s, min, h, such as \"2000/s\"",
                                 value->get()));
  }
  return *rate;
}

std::optional<std::pair<std::int64_t, std::int64_t>> TableReader::pair_if_any(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const toml::array* list = node->as_array();
  if (list == nullptr || list->size() != 2 || !list->get(0)->is_integer() || !list->get(1)->is_integer()) {
    refuse(*node, key, "a list of two integers");
  }
  return std::pair(list->get(0)->as_integer()->get(), list->get(1)->as_integer()->get());
}

Headers TableReader::headers_if_any(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return Headers();
  const toml::table* table = node->as_table();
  if (table == nullptr) refuse(*node, key, "a table such as { label = 7 }");
  return read_headers(*table, full_key(key));
}

bool TableReader::holds_table(std::string_view key) {
  const toml::node* node = find(key);
  return node != nullptr && node->is_table();
}

bool TableReader::holds_integer(std::string_view key) {
  const toml::node* node = find(key);
  return node != nullptr && node->is_integer();
}

bool TableReader::holds_list(std::string_view key) {
  const toml::node* node = find(key);
  return node != nullptr && node->is_array();
}

bool TableReader::holds_text(std::string_view key) {
  const toml::node* node = find(key);
  return node != nullptr && node->is_string();
}

const toml::table* TableReader::table_if_any(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return nullptr;
  if (!node->is_table()) refuse(*node, key, "a table");
  return node->as_table();
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
  std::vector<const toml::table*> result;
  const toml::node* node = find(key);
  if (node == nullptr) return result;
  const toml::array* list = node->as_array();
  if (list == nullptr) refuse(*node, key, fmt::format("tables, each headed [[{}]]", full_key(key)));
  for (const toml::node& element : *list) {
    if (!element.is_table()) refuse(element, key, fmt::format("tables, each headed [[{}]]", full_key(key)));
    result.push_back(element.as_table());
  }
  return result;
}

std::vector<std::pair<std::string, const toml::table*>> TableReader::named_tables(std::string_view key) {
  std::vector<std::pair<std::string, const toml::table*>> result;
  const toml::table* table = table_if_any(key);
  if (table == nullptr) return result;
  for (const auto& [name, value] : *table) {
    const std::string own_key = fmt::format("{}.{}", key, name.str());
    if (!value.is_table()) refuse(value, own_key, "a table");
    result.emplace_back(std::string(name.str()), value.as_table());
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) {
    const auto& first = a.second->source().begin;
    const auto& second = b.second->source().begin;
    return first.line != second.line ? first.line < second.line : first.column < second.column;
  });
  return result;
}

void TableReader::finish() const {
  std::vector<InputError> errors;
  for (const auto& [name, value] : table_) {
    const std::string key(name.str());
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    std::vector<std::string> unread;
    for (const std::string& asked : asked_) {
      if (table_.get(asked) == nullptr) unread.push_back(asked);
    }
    const std::vector<std::string>& candidates = nearest_name(key, unread).empty() ? asked_ : unread;
    errors.emplace_back(place_of(value, full_key(key)),
                        fmt::format("unknown key{}", suggestion(key, candidates)));
  }
  throw_if_any(in_order(std::move(errors)));
}

}  // namespace dse
