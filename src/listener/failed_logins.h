// Logins that failed, by the address from which they came: whoever fails often is answered later. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

#include "listener/session_settings.h"

namespace dse {

class FailedLogins {
 public:
  explicit FailedLogins(std::chrono::milliseconds longest) : longest_(longest) {}

  // Notes one, and returns how long its refusal is to be held back. People mistype, so the first few are not.
  std::chrono::milliseconds note(const std::string& address, SessionTime now);

 private:
  struct Failures {
    unsigned count = 0;
    SessionTime last{};
  };
  void forget_oldest();

  std::chrono::milliseconds longest_;
  std::map<std::string, Failures> failures_;
};

}  // namespace dse
