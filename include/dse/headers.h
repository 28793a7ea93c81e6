// Message headers: the metadata that header bindings match. A small list of (name, value), sorted by name.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "dse/hash.h"

namespace dse {

// Two values are equal only when their types are: 7 is not "7" and not 7.0. What a binding matches is another
// question: see `matches`.
using HeaderValue = std::variant<bool, std::int64_t, double, std::string>;

// Whether a binding's value matches a message's: numbers are compared exactly by value, so 7 matches 7.0;
// everything else matches only its equal (as in a headers exchange of RabbitMQ 3.10).
bool matches(const HeaderValue& wanted, const HeaderValue& found);
// The integer that this number equals, if there is one that an int64 holds.
std::optional<std::int64_t> whole_number(const HeaderValue& value);

// true, 7, 0.5, text
std::string to_text(const HeaderValue& value);
void add_to_hash(Hasher& hasher, const HeaderValue& value);

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
  // The value if it is there and is an integer, or nullptr.
  const std::int64_t* find_integer(std::string_view name) const;

  bool empty() const { return entries_.empty(); }
  std::size_t size() const { return entries_.size(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  bool operator==(const Headers&) const = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace dse
