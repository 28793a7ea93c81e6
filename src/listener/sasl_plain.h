// The response of SASL PLAIN (RFC 4616), as RabbitMQ takes it: without an identity to act as.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dse {

struct PlainResponse {
  std::string user;
  std::string password;
};
// Empty when the response is none.
std::optional<PlainResponse> parse_plain_response(std::string_view response);

}  // namespace dse
