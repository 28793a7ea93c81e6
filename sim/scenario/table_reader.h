// Reads one TOML table into plain values, and refuses the keys that it was not asked for.
//
// Every error is an InputError with file, line, column and key. finish() reports the keys that were not read,
// each with the nearest of those that were asked for.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dse/error.h"
#include "dse/headers.h"
#include "dse/time.h"
#include "sim/scenario/format_table.h"
#include "sim/scenario/toml_place.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Errors of one file, in the order of their places in it.
std::vector<InputError> in_order(std::vector<InputError> errors);

// Whether the text holds control characters, so that it is not one line of text.
bool has_control_characters(const std::string& text);

class TableReader {
 public:
  // `prefix` is the table's own key: "component.lenet"; "" for the whole file. The table must outlive the
  // reader.
  TableReader(const toml::table& table, std::string prefix);
  // A table that the format describes: only the keys there may be asked for, and it has their choices and
  // ranges.
  TableReader(const toml::table& table, std::string prefix, const FormatTable& format);
  TableReader(const toml::table& table, std::string prefix, const std::vector<FormatKey>& keys);

  // Whether the key is there; it then counts as asked for.
  bool has(std::string_view key) { return find(key) != nullptr; }
  // Each function reads one key. Those without a default require it.
  std::string text(std::string_view key);
  std::string text_or(std::string_view key, std::string fallback);
  std::optional<std::string> text_if_any(std::string_view key);
  // Text without control characters, which is shown to people on a line of its own.
  std::optional<std::string> line_if_any(std::string_view key);
  // The position of the value in `choices`.
  std::size_t choice(std::string_view key, const std::vector<std::string>& choices);
  std::optional<std::size_t> choice_if_any(std::string_view key, const std::vector<std::string>& choices);
  std::size_t choice_or(std::string_view key, const std::vector<std::string>& choices, std::size_t fallback);
  // The same with the choices that the format has.
  std::size_t choice(std::string_view key);
  std::optional<std::size_t> choice_if_any(std::string_view key);
  std::size_t choice_or(std::string_view key, std::size_t fallback);
  // A string or a list of strings, at least one.
  std::vector<std::string> texts(std::string_view key);
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, std::int64_t least, std::int64_t most);
  std::optional<std::int64_t> integer_if_any(std::string_view key, std::int64_t least, std::int64_t most);
  // The same with the range that the format has.
  std::int64_t integer_or(std::string_view key, std::int64_t fallback);
  std::optional<std::int64_t> integer_if_any(std::string_view key);
  std::optional<double> number_if_any(std::string_view key);
  // A list of numbers, at least one.
  std::vector<double> numbers(std::string_view key);
  // A boolean; false when it is not there.
  bool flag(std::string_view key);
  std::optional<TimeNs> duration_if_any(std::string_view key);
  TimeNs duration(std::string_view key);
  TimeNs duration_or(std::string_view key, TimeNs fallback);
  // A list of durations.
  std::vector<TimeNs> durations(std::string_view key);
  Rate rate(std::string_view key);
  // Two integers.
  std::optional<std::pair<std::int64_t, std::int64_t>> pair_if_any(std::string_view key);
  // A table of boolean, integer, floating-point or string values.
  Headers headers_if_any(std::string_view key);
  // Whether the key is there and is a table, a list, or a string.
  bool holds_table(std::string_view key);
  bool holds_integer(std::string_view key);
  bool holds_list(std::string_view key);
  bool holds_text(std::string_view key);
  // Inner tables; read the result with another TableReader.
  const toml::table* table_if_any(std::string_view key);
  std::vector<const toml::table*> tables(std::string_view key);  // [[key]]
  // The tables of [key.NAME], in the order of the file.
  std::vector<std::pair<std::string, const toml::table*>> named_tables(std::string_view key);

  // Where that key is, or the table itself.
  InputPlace place(std::string_view key) const;
  InputPlace place() const;

  // Throws that the first of these keys is missing: one of them must be there. A key that nobody has asked
  // for so far and whose name is near to one of them is told in place of that, as a misspelling.
  [[noreturn]] void refuse_missing(std::initializer_list<std::string_view> keys,
                                   const std::string& text = "is missing") const;
  // Throws when there are keys that were not asked for.
  void finish() const;

 private:
  const toml::node* find(std::string_view key);
  const toml::node& demand(std::string_view key);
  std::string full_key(std::string_view key) const;
  [[noreturn]] void refuse(const toml::node& node, std::string_view key, std::string_view expected) const;
  std::string text_of(const toml::node& node, std::string_view key) const;
  double number_of(const toml::node& node, std::string_view key) const;
  TimeNs duration_of(const toml::node& node, std::string_view key) const;

  const KeyInfo& described(std::string_view key, KeyType type) const;

  const toml::table& table_;
  std::string prefix_;
  std::vector<const FormatKey*> described_;  // what the format says of it
  bool is_described_ = false;                // these are all keys that it may have
  std::vector<std::string> asked_;
};

}  // namespace dse
