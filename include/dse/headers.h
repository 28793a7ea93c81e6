// Message headers: the metadata that header bindings match. A small list of (name, value), sorted by name.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dse/header_value.h"

namespace dse {

// Names are unique; iteration is in name order.
class Headers {
 public:
  using Entry = std::pair<std::string, HeaderValue>;

  Headers() = default;
  Headers(std::initializer_list<Entry> entries);

  // Adds the header or replaces its value.
  void set(std::string name, HeaderValue value);
  // Removes the header, if it is there.
  void remove(std::string_view name);
  // The value, or nullptr.
  const HeaderValue* find(std::string_view name) const;
  // The value if it is there and is an integer of any width, or nullptr.
  const std::int64_t* find_integer(std::string_view name) const;
  // The value if it is there and is a float or a double.
  std::optional<double> find_real(std::string_view name) const;

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool operator==(const Headers&) const = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace dse
