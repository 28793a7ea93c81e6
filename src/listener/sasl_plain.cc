#include "listener/sasl_plain.h"

namespace dse {

std::optional<PlainResponse> parse_plain_response(std::string_view response) {
  if (response.empty() || response.front() != '\0') return std::nullopt;
  response.remove_prefix(1);
  const std::size_t end = response.find('\0');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view password = response.substr(end + 1);
  if (password.find('\0') != std::string_view::npos) return std::nullopt;
  return PlainResponse{std::string(response.substr(0, end)), std::string(password)};
}

}  // namespace dse
