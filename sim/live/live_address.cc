#include "sim/live/live_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

#include "core/printable.h"
#include "dse/error.h"

namespace dse {

std::string LiveAddress::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

bool LiveAddress::is_loopback() const {
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return ntohl(four.s_addr) >> 24 == 127;
  return host == "::1" || host == "localhost";
}

LiveAddress parse_live_address(std::string_view text) {
  const auto refuse = [text] {
    throw InputError({.file = "--live"},
                     fmt::format("{} is no address; write HOST:PORT, such as 127.0.0.1:8080, or a port alone",
                                 quoted_text(text)));
  };
  LiveAddress address;
  std::string_view port = text;
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
      host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
      refuse();
    }
    if (host.empty()) refuse();
    address.host = host;
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) refuse();
  return address;
}

}  // namespace dse
