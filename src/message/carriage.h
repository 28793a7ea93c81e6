// What a broker carries of a message: AMQP 0-9-1 has bounds, and RabbitMQ refuses some of what it could say.
#pragma once

#include <cstddef>
#include <string>

#include "dse/message.h"

namespace dse {

// The most bytes of AMQP's short texts (0-9-1, section 4.2.5.3).
inline constexpr std::size_t kShortTextBytesMax = 255;

// Messages with more bytes of headers are not read: components that answer or forward one add headers, and
// all of them must still fit a frame.
inline constexpr std::size_t kHeaderBytesMax = 65'536;

// Headers of more bytes are not sent: with the other properties, and with what is added on the way, they
// would not fit the frame that RabbitMQ offers (131,072 bytes).
inline constexpr std::size_t kHeaderBytesSentMax = 122'880;

// RabbitMQ's max_message_size.
inline constexpr std::size_t kPayloadBytesMax = 134'217'728;

// Those of a binding have no more: half of the frame that RabbitMQ offers.
inline constexpr std::size_t kBindingHeaderBytesMax = 65'536;

// At least as many bytes as the headers take in a frame: names, texts and bytes, and 16 for each value.
std::size_t bytes_in_frame(const Headers& headers);

// Why RabbitMQ could not be given the message, for human readers, as "its header ..."; "" if it can.
std::string why_not_carried(const MessageFields& message);

}  // namespace dse
