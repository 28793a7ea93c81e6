#include "dse/payload.h"

#include <algorithm>

namespace dse {

Payload Payload::copy_of(std::span<const std::byte> bytes) {
  auto owner = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), owner.get());
  const std::span<const std::byte> copied(owner.get(), bytes.size());
  return Payload(std::move(owner), copied);
}

Payload Payload::copy_of(std::string_view text) {
  return copy_of(std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace dse
