#include "dse/headers.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace dse {

std::string to_text(const HeaderValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

void add_to_hash(Hasher& hasher, const HeaderValue& value) {
  hasher.add_u64(value.index());
  if (const auto* flag = std::get_if<bool>(&value)) hasher.add_u64(*flag ? 1 : 0);
  if (const auto* integer = std::get_if<std::int64_t>(&value)) hasher.add_i64(*integer);
  if (const auto* real = std::get_if<double>(&value)) hasher.add_u64(std::bit_cast<std::uint64_t>(*real));
  if (const auto* text = std::get_if<std::string>(&value)) hasher.add(std::string_view(*text));
}

std::optional<std::int64_t> whole_number(const HeaderValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  const auto* real = std::get_if<double>(&value);
  // The bounds are powers of two, which doubles hold exactly; nothing outside them is an int64.
  constexpr double kEnd = 9223372036854775808.0;
  if (real == nullptr || !(*real >= -kEnd && *real < kEnd) || std::trunc(*real) != *real) return std::nullopt;
  return static_cast<std::int64_t>(*real);
}

bool matches(const HeaderValue& wanted, const HeaderValue& found) {
  const std::optional<std::int64_t> whole = whole_number(wanted);
  return whole ? whole_number(found) == whole : wanted == found;
}

Headers::Headers(std::initializer_list<Entry> entries) {
  entries_.reserve(entries.size());
  for (const Entry& entry : entries) set(entry.first, entry.second);
}

void Headers::set(std::string name, HeaderValue value) {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), name,
                       [](const Entry& entry, const std::string& key) { return entry.first < key; });
  if (at != entries_.end() && at->first == name) {
    at->second = std::move(value);
  } else {
    entries_.emplace(at, std::move(name), std::move(value));
  }
}

void Headers::remove(std::string_view name) {
  std::erase_if(entries_, [name](const Entry& entry) { return entry.first == name; });
}

const HeaderValue* Headers::find(std::string_view name) const {
  // A message carries a handful of headers: a scan beats a search.
  for (const Entry& entry : entries_) {
    if (entry.first == name) return &entry.second;
  }
  return nullptr;
}

const std::int64_t* Headers::find_integer(std::string_view name) const {
  const HeaderValue* value = find(name);
  return value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
}

}  // namespace dse
