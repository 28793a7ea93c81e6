// Methods with random arguments.
#pragma once

#include <string>
#include <utility>

#include "dse/random.h"
#include "support/random_values.h"
#include "wire/methods.h"

// Fills the arguments that a method names in its `fields`.
class RandomFields {
 public:
  explicit RandomFields(dse::RandomStream& random) : random_(random) {}

  void octet(std::uint8_t& value) { value = static_cast<std::uint8_t>(random_.next_u64()); }
  void short_integer(std::uint16_t& value) { value = static_cast<std::uint16_t>(random_.next_u64()); }
  void long_integer(std::uint32_t& value) { value = static_cast<std::uint32_t>(random_.next_u64()); }
  void long_long_integer(std::uint64_t& value) { value = random_.next_u64(); }
  void text(std::string& value) { value = random_text(random_, {}).substr(0, 255); }
  void long_text(std::string& value) { value = random_text(random_, {}); }
  void table(dse::Headers& value) { value = random_table(random_, {.finite = true}); }
  template <typename... Flags>
  void flags(Flags&... values) {
    ((values = random_.below(2) == 1), ...);
  }
  void reserved_flag() {}
  void reserved_short() {}
  void reserved_text() {}
  void reserved_long_text() {}

 private:
  dse::RandomStream& random_;
};

// Calls `visit` with a random method of each type of the variant.
template <typename Variant>
void for_each_random_method(dse::RandomStream& random, auto&& visit) {
  const auto make = [&]<std::size_t... Indices>(std::index_sequence<Indices...>) {
    const auto one = [&]<typename Method>(Method method) {
      RandomFields fields(random);
      Method::fields(method, fields);
      visit(method);
    };
    (one(std::variant_alternative_t<Indices, Variant>{}), ...);
  };
  make(std::make_index_sequence<std::variant_size_v<Variant>>());
}
