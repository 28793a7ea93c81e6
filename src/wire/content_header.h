// The content header of a message (AMQP 0-9-1, section 2.3.5.2) and its basic properties.
// src/amqp/properties.h says which property is which field.
//
// What a client publishes, others get byte for byte: a message keeps its property list as it was published
// (MoreProperties::as_published), and only what a broker has changed since is written anew.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dse/message.h"

namespace dse::wire {

struct ContentHeader {
  std::uint64_t body_bytes = 0;
  MessageFields fields = {};  // without key and payload
};

// Reads what a client sent. A timestamp that is no virtual time is none; the headers are all that it sent.
// Throws WireError with RabbitMQ's codes and texts: 501 when it is too short, 505 when it belongs to another
// class than basic, 541 when the properties cannot be decoded.
ContentHeader read_content_header(std::string_view payload);

// Appends the header of the message. One that no client published says that it is persistent unless it says
// otherwise, and has a table of headers only when it has headers.
void write_content_header(const Message& message, std::string& payload);

// Whether the message says when it expires, if only by an empty text, which RabbitMQ refuses.
bool says_expiration(const MoreProperties& properties);

}  // namespace dse::wire
