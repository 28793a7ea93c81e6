// What the sessions of a listener are told when they begin.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "listener/listener_limits.h"

namespace dse {

// The time since any moment that stays the same: sessions only compare times.
using SessionTime = std::chrono::nanoseconds;

struct SessionSettings {
  std::string virtual_host = "/";
  ListenerLimits limits = {};
  bool offers_external = false;  // clients may show certificates
};

// The other end of a connection.
struct SessionPeer {
  std::string name = {};  // "127.0.0.1:50000 -> 127.0.0.1:5672"
  std::optional<std::string> certificate_name =
      {};  // the common name in its certificate, which has been verified
};

// Somebody wants to log in. What there is no such user for is refused as a wrong password is.
struct LoginQuestion {
  std::string user = {};
  std::optional<std::string> password = {};  // empty when a certificate proves who it is
};

}  // namespace dse
