// Converts messages and headers to the types of rabbitmq-c and back. Only connection.cc and login.cc use
// this.
//
//   message     AMQP basic properties (AMQP 0-9-1, section 1.8.3, "basic")
//   id          message-id
//   timestamp   timestamp, in whole seconds; if it is not whole, the header x-dse-timestamp-ns
//               has all of it. Without one, or with one that is no virtual time, the message has none
//   headers     bool 't', integers 'b' 'B' 's' 'u' 'I' 'i' 'l', float 'f', double 'd', decimal 'D', text 'S',
//               bytes 'x', array 'A', timestamp 'T', table 'F', void 'V' (RabbitMQ's field types); an 'L' is
//               read as an 'l', as RabbitMQ reads it
//   more        content-encoding, reply-to, expiration, type, user-id, priority, delivery-mode (2 when the
//               message says none; 2, or none, is read as none)
#pragma once

#include <amqp.h>

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "amqp/connection.h"
#include "amqp/headers.h"

namespace dse {

// Returns `text` in rabbitmq-c's type; it must outlive the result.
amqp_bytes_t amqp_text(std::string_view text);
std::string to_string(amqp_bytes_t bytes);

// A table of headers. It points to their names and values, so the headers must outlive it.
class AmqpTable {
 public:
  explicit AmqpTable(const Headers& headers);
  amqp_table_t table();
  // Adds the entry or replaces its value. The name must outlive this, as must a text value.
  void set(std::string_view name, std::int64_t value);
  void set(std::string_view name, std::string_view text);

 private:
  std::vector<amqp_table_entry_t> entries_of(const Headers& headers);
  amqp_field_value_t nested_value(const HeaderValue& value);
  void set(std::string_view name, const amqp_field_value_t& value);

  // What is nested; a deque never moves its elements.
  std::deque<std::vector<amqp_field_value_t>> arrays_;
  std::deque<std::vector<amqp_table_entry_t>> tables_;
  std::vector<amqp_table_entry_t> entries_;
};

struct ReadHeaders {
  Headers headers;
  bool too_deep = false;  // more is nested than kHeaderNestingMax; then there are no headers
  std::size_t bytes = 0;  // the sum over all names, texts and bytes, and a little for each value
};
ReadHeaders read_headers(const amqp_table_t& table);

// The message's properties, without headers. The result points into the fields.
amqp_basic_properties_t to_properties(const MessageFields& fields);
struct ReadMessage {
  MessageFields fields;  // without its key
  std::string refused;   // why it cannot be taken, for human readers; "" if it can
};
ReadMessage read_message(const amqp_message_t& message);

}  // namespace dse
