#include "kinds/message_state.h"

#include <memory>
#include <utility>
#include <vector>

namespace dse {

std::span<const std::uint8_t> payload_of(const Message& message) {
  const auto bytes = message.payload().bytes();
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

MessagePtr load_message(StateReader& reader, std::size_t payload_bytes, std::string id) {
  auto payload = std::make_shared<std::vector<std::uint8_t>>(payload_bytes);
  reader.read(*payload);
  const auto bytes = std::as_bytes(std::span(*payload));
  return make_message({.payload = Payload(std::move(payload), bytes), .id = std::move(id)});
}

}  // namespace dse
