// The bytes that libFuzzer invents, as decisions.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

// Takes what decides off the input; 0 when there is nothing left.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  // True for one of `among` values.
  bool once_in(unsigned among) { return byte() % among == among - 1; }
  template <typename Value, std::size_t size>
  const Value& pick(const Value (&values)[size]) {
    return values[byte() % size];
  }
  std::string_view text(std::size_t most) {
    const std::string_view taken = rest_.substr(0, std::min<std::size_t>(byte() % (most + 1), rest_.size()));
    rest_.remove_prefix(std::min(taken.size(), rest_.size()));
    return taken;
  }

 private:
  std::string_view rest_;
};
