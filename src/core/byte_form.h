// Numbers and texts as little-endian bytes: our file formats are made of these.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace dse {

// Appends the number, lowest byte first.
template <std::integral Number>
void append_number(Number number, std::string& bytes) {
  const auto value = static_cast<std::uint64_t>(number);
  for (std::size_t at = 0; at < sizeof number; ++at) bytes += static_cast<char>(value >> 8 * at & 0xff);
}
// Appends the length in eight bytes, then the text.
inline void append_text(std::string_view text, std::string& bytes) {
  append_number(std::uint64_t{text.size()}, bytes);
  bytes.append(text);
}

// Takes bytes off the front. Once something is missing it has failed, and returns only 0 and "".
class ByteReader {
 public:
  // The bytes must outlive the reader and the views that it returns.
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  template <std::integral Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    std::uint64_t value = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at)
      value |= std::uint64_t{static_cast<unsigned char>(bytes[at])} << 8 * at;
    return static_cast<Number>(value);
  }
  std::string_view text() { return take(number<std::uint64_t>()); }
  void fail() {
    failed_ = true;
    rest_ = {};
  }

  bool failed() const { return failed_; }
  // Whether everything was there and nothing is left.
  bool at_end() const { return !failed_ && rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) {
      fail();
      return {};
    }
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace dse
