// A users file: who may log in to a listener, and what each may do there. It is TOML, with a table for each
// user, whose keys are those of a scenario's [user.NAME] and its password's hash:
//
//   [user.camera]
//   password = "$scrypt$ln=13,r=8,p=2$..."   # without it, no password fits
//   write = "^images$"
//
// docs/listener.md describes it.
#pragma once

#include <string>
#include <vector>

#include "access/known_users.h"

namespace dse {

// The users in the order of the file. Throws InputError, with line and column, for what is wrong in it. As
// ssh treats a key, it throws as well when the file belongs to the user of this process and others may read
// or write it.
std::vector<User> read_users(const std::string& path);
// The same of a file's text.
std::vector<User> users_in(const std::string& text, const std::string& path);

}  // namespace dse
