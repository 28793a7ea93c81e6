// Reads what a user may do: the [user.NAME] tables of a scenario, and those of a users file.
#pragma once

#include <string>

#include "access/permissions.h"
#include "dse/error.h"
#include "sim/scenario/table_reader.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// Throws InputError unless a user may have that name: 1 to 255 bytes of UTF-8 without control characters.
void check_user_name(const std::string& name, const InputPlace& place);
// Throws InputError, with the place of the mistake in it, for a text that is no regular expression.
void check_permission(const std::string& pattern, const InputPlace& place);
// The keys configure, write, read and topics of a user's table. Throws InputError.
Permissions read_permissions(TableReader& table);
// The whole table of a scenario's user. Throws InputError.
Permissions read_user(const std::string& name, const toml::table& node);

}  // namespace dse
