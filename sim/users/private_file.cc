#include "sim/users/private_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "access/password_hash.h"
#include "core/file_descriptor.h"
#include "dse/error.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPasswordBytesMax = 1024;

[[noreturn]] void fail_to_write(const std::string& path, int error) {
  throw RunError(
      fmt::format("cannot write '{}': {}; what was there is unchanged", path, std::strerror(error)));
}

void write_all(const FileDescriptor& file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = write(file.number(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_write(path, errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(file.number()) != 0) fail_to_write(path, errno);
}

// Where the file is, links followed.
std::string place_of_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return path;
  if (status.type() == fs::file_type::regular) return fs::canonical(path).string();
  throw InputError({.file = path}, error ? fmt::format("cannot be looked at: {}", error.message())
                                         : "is there, and is no file: choose another place");
}

// The bytes of the file, one more than a password and its line end may have at most.
void read_bytes(const FileDescriptor& file, std::string& bytes, const std::string& path) {
  bytes.assign(kPasswordBytesMax + 3, '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = read(file.number(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw InputError({.file = path}, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
}

// What is wrong with the password; "" if nothing is.
std::string why_no_password(std::string_view password) {
  if (password.empty()) return "is empty: it must hold the password, as its only line";
  if (password.size() > kPasswordBytesMax)
    return fmt::format("has more than {} bytes: no password is that long", kPasswordBytesMax);
  if (password.find('\0') != std::string_view::npos)
    return "holds a NUL, which ends a password where clients send it: choose another";
  if (password.find('\n') != std::string_view::npos)
    return "has several lines: the password must be the only one";
  return "";
}

}  // namespace

FolderLock::FolderLock(const std::string& file)
    : folder_(open(fs::path(file).has_parent_path() ? fs::path(file).parent_path().c_str() : ".",
                   O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (folder_.number() < 0)
    throw InputError({.file = file}, fmt::format("its folder cannot be opened: {}", std::strerror(errno)));
  while (flock(folder_.number(), LOCK_EX) != 0) {
    if (errno != EINTR)
      throw RunError(fmt::format("cannot lock the folder of '{}': {}", file, std::strerror(errno)));
  }
}

void write_private_file(const std::string& path, std::string_view content) {
  const std::string place = place_of_file(path);
  const std::string partial = fmt::format("{}.partial-{}", place, getpid());
  unlink(partial.c_str());  // left by a process that was killed, whose number this one has
  try {
    const FileDescriptor file(open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) fail_to_write(path, errno);
    write_all(file, content, path);
    if (std::rename(partial.c_str(), place.c_str()) != 0) fail_to_write(path, errno);
  } catch (...) {
    unlink(partial.c_str());
    throw;
  }
}

std::string read_new_password(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw InputError({.file = path}, fmt::format("cannot be opened: {}", std::strerror(errno)));
  std::string password;
  read_bytes(file, password, path);
  if (password.ends_with('\n')) password.pop_back();
  if (password.ends_with('\r')) password.pop_back();
  const std::string complaint = why_no_password(password);
  if (complaint.empty()) return password;
  wipe(password);
  throw InputError({.file = path}, complaint);
}

}  // namespace dse
