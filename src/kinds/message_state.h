// What a checkpoint keeps of a message: its payload, whose size is known, and perhaps its id.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "dse/message.h"
#include "dse/state_reader.h"

namespace dse {

// The payload's bytes; valid as long as the message.
std::span<const std::uint8_t> payload_of(const Message& message);
// A message of that id whose payload is read.
MessagePtr load_message(StateReader& reader, std::size_t payload_bytes, std::string id = {});

}  // namespace dse
