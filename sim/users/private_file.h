// Files with secrets in them.
#pragma once

#include <string>
#include <string_view>

#include "core/file_descriptor.h"

namespace dse {

// Writes a file that only the user of this process may read and write (mode 0600), in place of what is there,
// whole or not at all. Throws InputError when something else than a file is there, and RunError when it
// cannot be written.
void write_private_file(const std::string& path, std::string_view content);

// While one exists, others that are made for a file of the same folder wait, in all processes: between them,
// a file is read, changed and written again.
class FolderLock {
 public:
  // Throws InputError when the folder cannot be opened, RunError when it cannot be locked.
  explicit FolderLock(const std::string& file);

 private:
  FileDescriptor folder_;
};

// The password that a file holds as its only line; wipe() it when it is not needed any more. Throws
// InputError when it cannot be read, or holds no password that a client could send: one of 1 to 1024 bytes,
// none of them NUL.
std::string read_new_password(const std::string& path);

}  // namespace dse
