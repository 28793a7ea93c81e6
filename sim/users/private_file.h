// Files with secrets in them.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// Writes a file that only the user of this process may read and write (mode 0600), in place of what is there,
// whole or not at all. Throws InputError when something else than a file is there, and RunError when it
// cannot be written.
void write_private_file(const std::string& path, std::string_view content);

// The password that a file holds as its only line; wipe() it when it is not needed any more. Throws
// InputError when it cannot be read, or holds no password that a client could send: one of 1 to 1024 bytes,
// none of them NUL.
std::string read_new_password(const std::string& path);

}  // namespace dse
