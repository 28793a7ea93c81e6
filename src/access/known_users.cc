#include "access/known_users.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <utility>

#include "dse/error.h"

namespace dse {
namespace {

ScryptCost costliest(const std::vector<User>& users) {
  std::optional<ScryptCost> most;
  for (const User& user : users) {
    if (user.password && (!most || user.password->cost().work() > most->work())) most = user.password->cost();
  }
  return most.value_or(ScryptCost());
}

}  // namespace

KnownUsers::KnownUsers(std::vector<User> users) : unmatched_(PasswordHash::unmatched(costliest(users))) {
  for (User& user : users) {
    std::string name = user.name;
    users_.emplace(std::move(name), std::move(user));
  }
  if (RAND_bytes(key_.data(), static_cast<int>(key_.size())) != 1)
    throw RunError("the system gives no random bytes for a key");
}

KnownUsers::Proof KnownUsers::proof_of(std::string_view password) const {
  Proof proof{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
           reinterpret_cast<const unsigned char*>(password.data()), password.size(), proof.data(),
           &size) == nullptr)
    throw RunError("there is no memory to check a password");
  return proof;
}

bool KnownUsers::is_proven(const std::string& name, const Proof& proof) const {
  const std::lock_guard lock(mutex_);
  const auto found = proven_.find(name);
  return found != proven_.end() && CRYPTO_memcmp(found->second.data(), proof.data(), proof.size()) == 0;
}

std::optional<Permissions> KnownUsers::check(std::string_view name, std::string_view password) const {
  const auto found = users_.find(name);
  const bool has_password = found != users_.end() && found->second.password;
  const Proof proof = proof_of(password);
  if (has_password && is_proven(found->first, proof)) return found->second.permissions;
  const bool fits = (has_password ? *found->second.password : unmatched_).fits(password);
  if (!has_password || !fits || password.empty()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  proven_.insert_or_assign(found->first, proof);
  return found->second.permissions;
}

std::optional<Permissions> KnownUsers::find(std::string_view name) const {
  const auto found = users_.find(name);
  if (found == users_.end()) return std::nullopt;
  return found->second.permissions;
}

}  // namespace dse
