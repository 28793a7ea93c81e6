#include "wire/method_codec.h"

#include <fmt/format.h>

#include <cstddef>
#include <utility>

namespace dse::wire {
namespace {

// Reads the arguments that a method names in its `fields`.
class FieldReader {
 public:
  explicit FieldReader(std::string_view bytes) : reader_(bytes) {}

  void octet(std::uint8_t& value) { value = reader_.number<std::uint8_t>(); }
  void short_integer(std::uint16_t& value) { value = reader_.number<std::uint16_t>(); }
  void long_integer(std::uint32_t& value) { value = reader_.number<std::uint32_t>(); }
  void long_long_integer(std::uint64_t& value) { value = reader_.number<std::uint64_t>(); }
  void text(std::string& value) { value = reader_.text(); }
  void long_text(std::string& value) { value = reader_.long_text(); }
  void table(Headers& value) { value = read_table(reader_); }
  template <typename... Flags>
  void flags(Flags&... values) {
    const auto bits = reader_.number<std::uint8_t>();
    unsigned place = 0;
    ((values = (bits >> place++ & 1U) != 0), ...);
  }
  void reserved_flag() { reader_.number<std::uint8_t>(); }
  void reserved_short() { reader_.number<std::uint16_t>(); }
  void reserved_text() { reader_.text(); }
  void reserved_long_text() { reader_.long_text(); }
  bool at_end() const { return reader_.at_end(); }

 private:
  WireReader reader_;
};

template <typename Method>
Method decode(std::string_view arguments) {
  Method method;
  try {
    FieldReader fields(arguments);
    Method::fields(method, fields);
    if (!fields.at_end()) throw Undecodable();
  } catch (const Undecodable&) {
    throw WireError(ReplyCode::kFrameError,
                    fmt::format("cannot decode {}", byte_list(arguments.substr(0, 255))), Method::kId);
  }
  return method;
}

// Makes the alternative of a variant that has the id; returns whether there is one.
template <typename Variant, std::size_t... Indices>
bool decode_alternative(MethodId id, std::string_view arguments, Variant& method,
                        std::index_sequence<Indices...>) {
  const auto decode_if = [&]<typename Method>(std::type_identity<Method>) {
    if (Method::kId != id) return false;
    method = decode<Method>(arguments);
    return true;
  };
  return (decode_if(std::type_identity<std::variant_alternative_t<Indices, Variant>>{}) || ...);
}

template <typename Variant, std::size_t... Indices>
bool has_alternative(MethodId id, std::index_sequence<Indices...>) {
  return ((std::variant_alternative_t<Indices, Variant>::kId == id) || ...);
}

template <typename Variant>
using IndicesOf = std::make_index_sequence<std::variant_size_v<Variant>>;

template <typename Wanted, typename Other>
Wanted decode_any(std::string_view payload) {
  WireReader reader(payload);
  MethodId id;
  try {
    id.class_id = reader.number<std::uint16_t>();
    id.method_id = reader.number<std::uint16_t>();
  } catch (const Undecodable&) {
    throw WireError(ReplyCode::kFrameError,
                    fmt::format("type 1, all octets = {}: unknown_frame", byte_list_or_text(payload)));
  }
  Wanted method;
  if (decode_alternative(id, reader.rest(), method, IndicesOf<Wanted>())) return method;
  if (has_alternative<Other>(id, IndicesOf<Other>()))
    throw WireError(ReplyCode::kCommandInvalid, "unimplemented method", id);
  throw WireError(ReplyCode::kNotImplemented,
                  fmt::format("there is no method {} in class {}", id.method_id, id.class_id), id);
}

template <typename Variant>
void encode_any(const Variant& method, std::string& payload) {
  std::visit([&payload](const auto& each) { encode(each, payload); }, method);
}

template <typename Variant>
MethodId id_of_any(const Variant& method) {
  return std::visit([](const auto& each) { return each.kId; }, method);
}

}  // namespace

void encode(const ClientMethod& method, std::string& payload) { encode_any(method, payload); }
void encode(const ServerMethod& method, std::string& payload) { encode_any(method, payload); }

MethodId id_of(const ClientMethod& method) { return id_of_any(method); }
MethodId id_of(const ServerMethod& method) { return id_of_any(method); }

ClientMethod decode_client_method(std::string_view payload) {
  return decode_any<ClientMethod, ServerMethod>(payload);
}

ServerMethod decode_server_method(std::string_view payload) {
  return decode_any<ServerMethod, ClientMethod>(payload);
}

}  // namespace dse::wire
