// Where a live page is served.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dse {

struct LiveAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any that is free

  // As a browser writes it: "127.0.0.1:8080", "[::1]:8080".
  std::string text() const;
  // Whether only this machine reaches it.
  bool is_loopback() const;
};

// Reads "8080", "127.0.0.1:8080" or "[::1]:8080". Throws an InputError that names the option --live.
LiveAddress parse_live_address(std::string_view text);

}  // namespace dse
