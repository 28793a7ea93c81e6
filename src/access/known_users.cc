#include "access/known_users.h"

#include <utility>

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
}

std::optional<Permissions> KnownUsers::check(std::string_view name, std::string_view password) const {
  const auto found = users_.find(name);
  const bool has_password = found != users_.end() && found->second.password;
  const bool fits = (has_password ? *found->second.password : unmatched_).fits(password);
  if (!fits || password.empty()) return std::nullopt;
  return found->second.permissions;
}

std::optional<Permissions> KnownUsers::find(std::string_view name) const {
  const auto found = users_.find(name);
  if (found == users_.end()) return std::nullopt;
  return found->second.permissions;
}

}  // namespace dse
