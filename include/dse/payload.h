// The bytes of a message: immutable and shared. Copying a Payload shares the bytes.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace dse {

class Payload {
 public:
  Payload() = default;
  // Shares `bytes`, which live as long as `owner` (a data set in memory, say).
  Payload(std::shared_ptr<const void> owner, std::span<const std::byte> bytes)
      : owner_(std::move(owner)), bytes_(bytes) {}

  // A payload that owns a copy of `bytes`.
  static Payload copy_of(std::span<const std::byte> bytes);
  static Payload copy_of(std::string_view text);

  std::span<const std::byte> bytes() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

}  // namespace dse
