#include "sim/users/random_password.h"

#include <openssl/rand.h>

#include <array>
#include <string_view>

#include "dse/error.h"

namespace dse {

std::string random_password() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw RunError("the system gives no random bytes for a password");
  std::string text;
  for (const unsigned char byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 0xf]);
  }
  return text;
}

}  // namespace dse
