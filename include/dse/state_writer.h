// Writes what a learner knows, as bytes: integers and floating-point numbers little-endian, one after the
// other, without padding or tags. StateReader reads them back in the same order.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dse {

class StateWriter {
 public:
  void add_u32(std::uint32_t value) { add_number(value); }
  void add_u64(std::uint64_t value) { add_number(value); }
  void add_f64(double value) { add_number(std::bit_cast<std::uint64_t>(value)); }
  // Writes the length in 32 bits, then the bytes.
  void add_text(std::string_view text);
  // Writes the values without their number, which the reader must know.
  void add(std::span<const std::uint8_t> values);
  void add(std::span<const float> values);
  void add(std::span<const double> values);

  const std::string& bytes() const { return bytes_; }

 private:
  template <typename Unsigned>
  void add_number(Unsigned value) {
    char digits[sizeof value];
    for (char& digit : digits) {
      digit = static_cast<char>(value & 0xff);
      value = static_cast<Unsigned>(value >> 8);
    }
    bytes_.append(digits, sizeof digits);
  }

  std::string bytes_;
};

}  // namespace dse
