// Random values of headers, of every type and nested, for property tests.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/headers.h"
#include "dse/message.h"
#include "dse/random.h"

struct RandomValues {
  bool finite = false;    // neither NaN nor infinities, which RabbitMQ does not take
  bool readable = false;  // texts and names are ASCII without control characters
  int nesting_max = 3;
};

inline std::string random_text(dse::RandomStream& random, const RandomValues& values) {
  std::string text(random.below(random.below(4) == 0 ? 300 : 12), '\0');
  const bool readable = values.readable || random.below(2) == 0;
  for (char& c : text) c = static_cast<char>(readable ? 32 + random.below(95) : random.below(256));
  return text;
}

inline double random_double(dse::RandomStream& random, const RandomValues& values) {
  constexpr double kRare[] = {0.0,
                              -0.0,
                              1.0,
                              -1.0,
                              0.1,
                              1e22,
                              1e300,
                              -1e-300,
                              5e-324,
                              9007199254740993.0,
                              std::numeric_limits<double>::max(),
                              std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()};
  const double value =
      random.below(2) == 0 ? kRare[random.below(std::size(kRare))] : std::bit_cast<double>(random.next_u64());
  return values.finite && !std::isfinite(value) ? 0.25 : value;
}

inline float random_float(dse::RandomStream& random, const RandomValues& values) {
  const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random.next_u64()));
  return values.finite && !std::isfinite(value) ? 0.25F : value;
}

inline std::int64_t random_integer(dse::RandomStream& random) {
  constexpr std::int64_t kRare[] = {
      0, 1, -1, INT64_MAX, INT64_MIN, 1LL << 53, 1 - (1LL << 53), (1LL << 53) - 1};
  if (random.below(3) == 0) return kRare[random.below(std::size(kRare))];
  return static_cast<std::int64_t>(random.next_u64() >> random.below(64));
}

inline dse::HeaderValue random_value(dse::RandomStream& random, const RandomValues& values = {});

inline dse::Headers random_table(dse::RandomStream& random, const RandomValues& values) {
  dse::Headers entries;
  for (std::uint64_t count = random.below(4); count > 0; --count) {
    RandomValues names = values;
    names.readable = true;
    entries.set("n" + random_text(random, names).substr(0, 40), random_value(random, values));
  }
  return entries;
}

inline dse::HeaderValue random_value(dse::RandomStream& random, const RandomValues& values) {
  RandomValues inside = values;
  --inside.nesting_max;
  switch (random.below(values.nesting_max > 0 ? 17 : 15)) {
    case 0:
      return random.below(2) == 1;
    case 1:
      return random_integer(random);
    case 2:
      return random_double(random, values);
    case 3:
      return random_text(random, values);
    case 4:
      return dse::NarrowInteger(static_cast<std::int8_t>(random.next_u64()));
    case 5:
      return dse::NarrowInteger(static_cast<std::uint8_t>(random.next_u64()));
    case 6:
      return dse::NarrowInteger(static_cast<std::int16_t>(random.next_u64()));
    case 7:
      return dse::NarrowInteger(static_cast<std::uint16_t>(random.next_u64()));
    case 8:
      return dse::NarrowInteger(static_cast<std::int32_t>(random.next_u64()));
    case 9:
      return dse::NarrowInteger(static_cast<std::uint32_t>(random.next_u64()));
    case 10:
      return dse::HeaderFloat(random_float(random, values));
    case 11:
      return dse::HeaderDecimal(static_cast<std::uint8_t>(random.below(random.below(2) == 0 ? 4 : 256)),
                                static_cast<std::uint32_t>(random.next_u64() >> random.below(64)));
    case 12:
      return dse::HeaderTimestamp(random.next_u64() >> random.below(64));
    case 13: {
      RandomValues any = values;
      any.readable = false;
      return dse::HeaderBytes(random_text(random, any));
    }
    case 14:
      return dse::HeaderVoid();
    case 15: {
      std::vector<dse::HeaderValue> array;
      for (std::uint64_t count = random.below(4); count > 0; --count)
        array.push_back(random_value(random, inside));
      return dse::HeaderArray(std::move(array));
    }
    default:
      return dse::HeaderTable(random_table(random, inside));
  }
}

// Properties as a message may have them.
inline dse::MoreProperties random_properties(dse::RandomStream& random, const RandomValues& values = {}) {
  dse::MoreProperties more;
  for (std::string* text : {&more.content_encoding, &more.reply_to, &more.type, &more.user_id}) {
    if (random.below(2) == 0) *text = random_text(random, values).substr(0, 255);
  }
  if (random.below(2) == 0) more.expiration = std::to_string(random.below(1'000'000));
  if (random.below(2) == 0) more.priority = static_cast<std::uint8_t>(random.below(256));
  if (random.below(3) == 0) more.delivery_mode = std::uint8_t{1};
  return more;
}

// Whether they are the same to the bit: as ==, but a zero has a sign, and one NaN is like another.
inline bool same_value(const dse::HeaderValue& a, const dse::HeaderValue& b);

inline bool same_headers(const dse::Headers& a, const dse::Headers& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [name, value] : a) {
    const dse::HeaderValue* other = b.find(name);
    if (other == nullptr || !same_value(value, *other)) return false;
  }
  return true;
}

inline bool same_value(const dse::HeaderValue& a, const dse::HeaderValue& b) {
  if (a.index() != b.index()) return false;
  if (const std::optional<double> one = dse::real_of(a)) {
    const double other = *dse::real_of(b);
    return std::isnan(*one) ? std::isnan(other)
                            : std::bit_cast<std::uint64_t>(*one) == std::bit_cast<std::uint64_t>(other);
  }
  if (const auto* table = std::get_if<dse::HeaderTable>(&a))
    return same_headers(table->entries(), std::get<dse::HeaderTable>(b).entries());
  if (const auto* array = std::get_if<dse::HeaderArray>(&a)) {
    const std::vector<dse::HeaderValue>& others = std::get<dse::HeaderArray>(b).values();
    if (array->values().size() != others.size()) return false;
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (!same_value(array->values()[i], others[i])) return false;
    }
    return true;
  }
  return a == b;
}
