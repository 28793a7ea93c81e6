#include "dse/headers.h"

#include <algorithm>

namespace dse {

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
  return value == nullptr ? nullptr : integer_of(*value);
}

std::optional<double> Headers::find_real(std::string_view name) const {
  const HeaderValue* value = find(name);
  return value == nullptr ? std::nullopt : real_of(*value);
}

}  // namespace dse
