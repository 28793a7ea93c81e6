// The elementary data of AMQP 0-9-1 (section 4.2.5): numbers in network byte order, short texts with their
// length in one byte, long ones in four.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "wire/wire_error.h"

namespace dse::wire {

// The bytes are not what they should be. Whoever knows what they are part of makes a WireError of it.
struct Undecodable {};

template <std::integral Number>
constexpr Number in_network_order(Number number) {
  if constexpr (sizeof(Number) == 1 || std::endian::native == std::endian::big) {
    return number;
  } else if constexpr (sizeof(Number) == 2) {
    return static_cast<Number>(__builtin_bswap16(static_cast<std::uint16_t>(number)));
  } else if constexpr (sizeof(Number) == 4) {
    return static_cast<Number>(__builtin_bswap32(static_cast<std::uint32_t>(number)));
  } else {
    return static_cast<Number>(__builtin_bswap64(static_cast<std::uint64_t>(number)));
  }
}

// Takes data off the front of bytes, which must outlive it and the views that it returns. Throws Undecodable
// when something is not there.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  template <std::integral Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    Number value;
    std::memcpy(&value, bytes.data(), sizeof value);
    return in_network_order(value);
  }
  std::string_view text() { return take(number<std::uint8_t>()); }
  std::string_view long_text() { return take(number<std::uint32_t>()); }
  std::string_view take(std::size_t count) {
    if (count > rest_.size()) throw Undecodable();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
};

// Appends data to bytes, which must outlive it.
class WireWriter {
 public:
  explicit WireWriter(std::string& bytes) : bytes_(bytes) {}

  template <std::integral Number>
  void number(Number number) {
    const auto swapped = std::bit_cast<std::array<char, sizeof(Number)>>(in_network_order(number));
    bytes_.append(swapped.data(), swapped.size());
  }
  // A short text; what is longer than one can be is cut.
  void text(std::string_view text) {
    const std::string_view cut = text.substr(0, kTextBytesMax);
    bytes_ += static_cast<char>(static_cast<unsigned char>(cut.size()));
    bytes_.append(cut);
  }
  void long_text(std::string_view text) {
    number(static_cast<std::uint32_t>(text.size()));
    bytes_.append(text);
  }
  void append(std::string_view bytes) { bytes_.append(bytes); }

  // For data that begin with their own length, in four bytes: what begin_length() returns is for
  // end_length(), after the data.
  std::size_t begin_length() {
    number(std::uint32_t{0});
    return bytes_.size();
  }
  void end_length(std::size_t begin) {
    const std::uint32_t length = in_network_order(static_cast<std::uint32_t>(bytes_.size() - begin));
    std::memcpy(bytes_.data() + begin - sizeof length, &length, sizeof length);
  }

 private:
  std::string& bytes_;
};

}  // namespace dse::wire
