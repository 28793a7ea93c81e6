// Passwords as they are kept: hashes by scrypt (RFC 7914), which take time and memory to try out, each with a
// salt of its own.
//
// As text a hash is `$scrypt$ln=13,r=8,p=2$<salt>$<hash>`, the last two in base64 without padding (the form
// of PHC strings): ln is the logarithm of the cost N. What a file says is bounded before anything is
// computed. With the usual cost a check takes 8 MiB, and 24 ms on a processor of a server of 2023.
// Every function may be called by several threads at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dse {

// RFC 7914's N = 2^log_n, r and p.
struct ScryptCost {
  unsigned log_n = 13;
  unsigned r = 8;
  unsigned p = 2;
  bool operator==(const ScryptCost&) const = default;

  // The memory that a check takes, in bytes.
  std::uint64_t memory_bytes() const {
    return (std::uint64_t{128} << log_n) * r + std::uint64_t{128} * r * p;
  }
  // How long it takes, beside another.
  std::uint64_t work() const { return (std::uint64_t{1} << log_n) * r * p; }
};

class PasswordHash {
 public:
  static constexpr std::uint64_t kMemoryBytesMax = (16 << 20) + 4096;
  static constexpr std::uint64_t kWorkMax = 1 << 19;  // four times that of the usual cost

  // The hash of a new password, with a salt from the system's random numbers. Throws RunError when there are
  // none, or no memory.
  static PasswordHash of(std::string_view password, const ScryptCost& cost = {});
  // Reads the text. Throws std::invalid_argument, with what is wrong, for another form and for costs beyond
  // what a check may take.
  static PasswordHash parse(std::string_view text);
  // One of that cost that no password fits. To check it takes as long as to check another.
  static PasswordHash unmatched(const ScryptCost& cost);

  // Whether this is the password; takes the same time whether it is or not, and the comparison does not
  // depend on where they differ. One with a NUL is never right: HMAC, of which scrypt is made, takes no
  // notice of NULs at the end. Throws RunError when there is no memory.
  bool fits(std::string_view password) const;

  std::string text() const;
  const ScryptCost& cost() const { return cost_; }

 private:
  PasswordHash() = default;

  ScryptCost cost_;
  std::string salt_;
  std::string hash_;
  bool matchable_ = true;
};

// Overwrites what the text holds, also where the compiler sees nobody read it any more, and makes it empty.
void wipe(std::string& secret);

}  // namespace dse
