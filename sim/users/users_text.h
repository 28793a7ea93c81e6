// The text of a users file with a user added or removed. All else in it stays as it is, comments too.
#pragma once

#include <string>

#include "access/known_users.h"

namespace dse {

// Each throws InputError when the text is no users file (users_file.h); and when the table of the user has no
// header of its own, [user.NAME], so that nobody knows what to remove.

// With the user at the end; one of the same name is removed before.
std::string with_user(const std::string& text, const User& user, const std::string& path);
// Without the user, who must be in it, and without the comments directly above its header.
std::string without_user(const std::string& text, const std::string& name, const std::string& path);

}  // namespace dse
