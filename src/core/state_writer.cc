#include "dse/state_writer.h"

namespace dse {

void StateWriter::add_text(std::string_view text) {
  add_u32(static_cast<std::uint32_t>(text.size()));
  bytes_ += text;
}

void StateWriter::add(std::span<const std::uint8_t> values) {
  bytes_.append(reinterpret_cast<const char*>(values.data()), values.size());
}

void StateWriter::add(std::span<const float> values) {
  bytes_.reserve(bytes_.size() + values.size_bytes());
  for (const float value : values) add_number(std::bit_cast<std::uint32_t>(value));
}

void StateWriter::add(std::span<const double> values) {
  bytes_.reserve(bytes_.size() + values.size_bytes());
  for (const double value : values) add_f64(value);
}

}  // namespace dse
