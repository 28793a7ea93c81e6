#include "sim/results/file_writing.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "core/file_descriptor.h"
#include "dse/error.h"

namespace dse {
namespace {

[[noreturn]] void fail_to_write(const std::string& path) {
  fail_to("write", path, {errno, std::generic_category()});
}

void write_to(const std::string& path, int flags, std::string_view text) {
  constexpr mode_t kMode = 0666;  // reduced by the user's umask
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, kMode));
  if (!file) fail_to_write(path);
  while (!text.empty()) {
    const ssize_t written = ::write(file.number(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_to_write(path);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::close(file.release()) != 0) fail_to_write(path);  // some file systems report errors only now
}

std::string_view remedy(const std::error_code& error) {
  if (error == std::errc::too_many_files_open) return "raise the limit of open files (ulimit -n)";
  if (error == std::errc::file_too_large) return "raise the limit of a file's size (ulimit -f)";
  if (error == std::errc::no_space_on_device || error.value() == EDQUOT)
    return "free some space or choose another place with --out";
  return "choose another place with --out";
}

}  // namespace

void write_file(const std::string& path, std::string_view content) {
  write_to(path, O_CREAT | O_TRUNC, content);
}

void append_to_file(const std::string& path, std::string_view text) { write_to(path, O_APPEND, text); }

void fail_to(const std::string& action, const std::filesystem::path& path, const std::error_code& error) {
  throw RunError(
      fmt::format("cannot {} '{}': {}; {}", action, path.string(), error.message(), remedy(error)));
}

}  // namespace dse
