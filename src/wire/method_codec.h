// Methods as the payloads of method frames (AMQP 0-9-1, section 2.3.5.1), and back.
#pragma once

#include <string>
#include <string_view>

#include "wire/field_table.h"
#include "wire/methods.h"
#include "wire/wire_bytes.h"

namespace dse::wire {

// Writes the arguments that a method names in its `fields`.
class FieldWriter {
 public:
  explicit FieldWriter(WireWriter& writer) : writer_(writer) {}

  void octet(std::uint8_t value) { writer_.number(value); }
  void short_integer(std::uint16_t value) { writer_.number(value); }
  void long_integer(std::uint32_t value) { writer_.number(value); }
  void long_long_integer(std::uint64_t value) { writer_.number(value); }
  void text(const std::string& value) { writer_.text(value); }
  void long_text(const std::string& value) { writer_.long_text(value); }
  void table(const Headers& value) { write_table(value, writer_); }
  template <typename... Flags>
  void flags(Flags... values) {
    static_assert(sizeof...(values) <= 8);
    unsigned bits = 0;
    unsigned place = 0;
    ((bits |= (values ? 1U : 0U) << place++), ...);
    octet(static_cast<std::uint8_t>(bits));
  }
  void reserved_flag() { octet(0); }
  void reserved_short() { short_integer(0); }
  void reserved_text() { octet(0); }
  void reserved_long_text() { long_integer(0); }

 private:
  WireWriter& writer_;
};

// Appends the payload. A short text that is longer than one can be is cut.
template <typename Method>
requires requires { Method::kId; }
void encode(const Method& method, std::string& payload) {
  WireWriter writer(payload);
  writer.number(Method::kId.class_id);
  writer.number(Method::kId.method_id);
  FieldWriter fields(writer);
  Method::fields(method, fields);
}
void encode(const ClientMethod& method, std::string& payload);
void encode(const ServerMethod& method, std::string& payload);

MethodId id_of(const ClientMethod& method);
MethodId id_of(const ServerMethod& method);

// The method that a client sent. Throws WireError: 501 with RabbitMQ's text when its arguments cannot be
// decoded, 503 as RabbitMQ when it is one that only a broker sends, and 540 when there is no such method
// (RabbitMQ 3.10 ends the connection without a word then, as it does when a table is broken).
ClientMethod decode_client_method(std::string_view payload);
// The method that a broker sent. Throws WireError in the same way.
ServerMethod decode_server_method(std::string_view payload);

}  // namespace dse::wire
