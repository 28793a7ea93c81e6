// The users who may log in, and what each may do. Any number of threads may ask at once.
//
// A password that was right once is known again without its slow hash, by a keyed hash that only this object
// can make: a client that connects often waits once. Wrong ones always take their time.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/password_hash.h"
#include "access/permissions.h"

namespace dse {

struct User {
  std::string name;
  std::optional<PasswordHash> password = {};  // empty: no password fits
  Permissions permissions = {};
};

class KnownUsers {
 public:
  // Where several have one name, the first counts.
  explicit KnownUsers(std::vector<User> users);

  // What the user may do, if the password is right. For a user who does not exist, or has no password, it
  // takes as long as for the one whose password is the costliest to check, so that nobody learns who exists.
  // An empty password is never right. It takes about 25 ms and 8 MiB: a caller bounds how many run at once.
  // Throws RunError when there is no memory.
  std::optional<Permissions> check(std::string_view name, std::string_view password) const;
  // The same for a user who has shown in another way who it is, such as by a certificate.
  std::optional<Permissions> find(std::string_view name) const;

 private:
  using Proof = std::array<unsigned char, 32>;

  Proof proof_of(std::string_view password) const;
  bool is_proven(const std::string& name, const Proof& proof) const;

  std::map<std::string, User, std::less<>> users_;
  PasswordHash unmatched_;
  std::array<unsigned char, 32> key_{};
  mutable std::mutex mutex_;
  mutable std::map<std::string, Proof> proven_;  // by user
};

}  // namespace dse
