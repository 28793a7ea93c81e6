// Reads what StateWriter wrote. The bytes may come from anywhere: nothing is read past their end, nothing is
// allocated, and no count is returned before it is known to be possible.
//
// Every refusal is an InputError that names the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace dse {

class StateReader {
 public:
  // Both must outlive the reader. `file` is where the bytes came from, for errors.
  StateReader(std::string_view bytes, const std::string& file) : left_(bytes), file_(file) {}

  std::uint32_t u32() { return number<std::uint32_t>(); }
  std::uint64_t u64() { return number<std::uint64_t>(); }
  // A finite number.
  double f64();
  // A u64 of at most `most`; `what` names what is counted, in the plural.
  std::uint64_t count(std::uint64_t most, std::string_view what);
  // A view of at most `most` of the bytes.
  std::string_view text(std::uint32_t most);
  // Each fills `values`. Floating-point numbers are finite.
  void read(std::span<std::uint8_t> values);
  void read(std::span<float> values);
  void read(std::span<double> values);

  // How many bytes are not yet read.
  std::size_t left() const { return left_.size(); }
  // Refuses unless `bytes` bytes are left.
  void require(std::uint64_t bytes) const;
  // Refuses bytes that have not been read.
  void finish() const;
  // Refuses what can be read and yet no learner writes: "a label of 11".
  [[noreturn]] void refuse(const std::string& what) const;

 private:
  std::string_view take(std::size_t size);
  template <typename Unsigned>
  Unsigned number();

  std::string_view left_;
  const std::string& file_;
};

}  // namespace dse
