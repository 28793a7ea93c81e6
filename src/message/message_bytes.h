// A message as bytes, for what leaves the process: files and the like. Between components of one process a
// frame carries a reference instead (bus/frame.h). docs/capture-format.md says what is where.
//
// One message has one form: bytes that decode are those that it encodes to.
#pragma once

#include <string>
#include <string_view>

#include "dse/message.h"

namespace dse {

// Appends the form of the message to `bytes`.
void append_message(const Message& message, std::string& bytes);
// The message of this form, with a payload of its own; empty when the bytes are not exactly one. No length in
// them is trusted: nothing larger than the bytes themselves is set aside.
MessagePtr decode_message(std::string_view bytes);

}  // namespace dse
