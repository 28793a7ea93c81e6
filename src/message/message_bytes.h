// A message as bytes, for what leaves the process, such as files. Between components of one process a frame
// carries a reference instead (bus/frame.h). docs/capture-format.md describes the format.
//
// A message has exactly one form: bytes that decode to it are those that it encodes to.
#pragma once

#include <string>
#include <string_view>

#include "dse/message.h"

namespace dse {

// Appends the bytes of the message to `bytes`.
void append_message(const Message& message, std::string& bytes);
// The message that these bytes hold, with a payload of its own; null when they are not exactly one message.
// No length in them is trusted: what is allocated is in proportion to the bytes themselves.
MessagePtr decode_message(std::string_view bytes);

}  // namespace dse
