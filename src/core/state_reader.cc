#include "dse/state_reader.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "dse/error.h"

namespace dse {

template <typename Unsigned>
Unsigned StateReader::number() {
  const std::string_view digits = take(sizeof(Unsigned));
  Unsigned value = 0;
  for (std::size_t at = 0; at < sizeof(Unsigned); ++at) {
    value |= static_cast<Unsigned>(Unsigned{static_cast<unsigned char>(digits[at])} << (8 * at));
  }
  return value;
}

template std::uint32_t StateReader::number<std::uint32_t>();
template std::uint64_t StateReader::number<std::uint64_t>();

double StateReader::f64() {
  double value = 0;
  read(std::span(&value, 1));
  return value;
}

std::uint64_t StateReader::count(std::uint64_t most, std::string_view what) {
  const std::uint64_t value = u64();
  if (value > most) refuse(fmt::format("{} {}, expected at most {}", value, what, most));
  return value;
}

std::string_view StateReader::text(std::uint32_t most) {
  const std::uint32_t size = u32();
  if (size > most) refuse(fmt::format("a text of {} bytes", size));
  return take(size);
}

void StateReader::read(std::span<std::uint8_t> values) {
  const std::string_view bytes = take(values.size());
  if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
}

void StateReader::read(std::span<float> values) {
  require(values.size_bytes());
  for (float& value : values) {
    value = std::bit_cast<float>(u32());
    if (!std::isfinite(value)) refuse("a number that is not finite");
  }
}

void StateReader::read(std::span<double> values) {
  require(values.size_bytes());
  for (double& value : values) {
    value = std::bit_cast<double>(u64());
    if (!std::isfinite(value)) refuse("a number that is not finite");
  }
}

void StateReader::require(std::uint64_t bytes) const {
  if (bytes > left_.size()) refuse(fmt::format("{} bytes where {} are expected", left_.size(), bytes));
}

void StateReader::finish() const {
  if (!left_.empty()) refuse(fmt::format("{} bytes after its end", left_.size()));
}

void StateReader::refuse(const std::string& what) const {
  throw InputError({.file = file_},
                   fmt::format("holds {}, which no learner of this version has saved: save it anew with "
                               "`dse replay --save-models`",
                               what));
}

std::string_view StateReader::take(std::size_t size) {
  require(size);
  const std::string_view bytes = left_.substr(0, size);
  left_.remove_prefix(size);
  return bytes;
}

}  // namespace dse
