#include "sim/results/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include "core/diagnostics.h"
#include "core/error.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporaryMark = ".partial-";
// A capture: what came in from outside comes no second time.
constexpr std::string_view kKeptFile = "capture";

[[noreturn]] void fail(const fs::path& path, const std::string& action, const std::error_code& error) {
  const bool no_files = error == std::errc::too_many_files_open;
  throw RunError(fmt::format("cannot {} '{}': {}; {}", action, path.string(), error.message(),
                             no_files ? "raise the limit of open files (ulimit -n) or use fewer components"
                                      : "free some space or choose another place with --out"));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

// Committing replaces it, so it must be all that a run writes, not just some folder with a summary.
bool is_run_directory(const fs::path& path, const std::vector<std::string>& files) {
  if (!fs::is_directory(path)) return false;
  return fs::is_empty(path) || std::all_of(files.begin(), files.end(), [&path](const std::string& name) {
           return fs::exists(path / name);
         });
}

// In a container every process may have the number that the killed one had.
bool process_is_gone(std::string_view number) {
  int pid = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), pid);
  if (error != std::errc() || end != number.data() + number.size()) return false;
  return pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH);
}

// What a killed process left of the same run.
void remove_stale(const fs::path& target) {
  const std::string prefix = target.filename().string() + std::string(kTemporaryMark);
  for (const fs::directory_entry& entry : fs::directory_iterator(target.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !process_is_gone(std::string_view(name).substr(prefix.size()))) continue;
    if (!fs::exists(entry.path() / kKeptFile)) fs::remove_all(entry.path());
  }
}

fs::path absolute_without_slash(const fs::path& path) {
  const fs::path absolute = fs::absolute(path).lexically_normal();
  const fs::path named = absolute.has_filename() ? absolute : absolute.parent_path();
  std::error_code ignored;
  // Of a link, the folder that it points to is the one to replace.
  return fs::is_symlink(named, ignored) && fs::exists(named, ignored) ? fs::canonical(named) : named;
}

}  // namespace

class RunFolder::File {
 public:
  explicit File(fs::path path) : path_(std::move(path)), file_(std::fopen(path_.c_str(), "wb")) {
    if (file_ == nullptr) fail(path_, "write", last_error());
  }
  ~File() {
    if (file_ != nullptr) std::fclose(file_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void append(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size()) fail(path_, "write", last_error());
  }
  void close() {
    std::FILE* file = std::exchange(file_, nullptr);
    if (std::fclose(file) != 0) fail(path_, "write", last_error());
  }

 private:
  fs::path path_;
  std::FILE* file_;
};

RunFolder::RunFolder(const fs::path& target, const std::vector<std::string>& files) : target_(target) {
  try {
    target_ = absolute_without_slash(target);
    if (fs::exists(target_) && !is_run_directory(target_, files)) {
      throw InputError({.file = target_.string()},
                       "exists and is not a run directory: remove it or choose another place with --out");
    }
    if (fs::exists(target_ / kKeptFile)) {
      throw InputError(
          {.file = target_.string()},
          "holds a capture, and what came in comes no second time: move it away or choose another "
          "place with --out");
    }
    temporary_ = target_;
    temporary_ += fmt::format("{}{}", kTemporaryMark, ::getpid());
    fs::create_directories(target_.parent_path());
    remove_stale(target_);
    fs::create_directory(temporary_);
  } catch (const fs::filesystem_error& error) {
    fail(target_, "make the run directory", error.code());
  }
}

RunFolder::~RunFolder() {
  files_.clear();
  if (committed_) return;
  std::error_code ignored;
  if (fs::exists(temporary_ / kKeptFile, ignored)) {
    tell("what came in is kept in {}\n", temporary_.string());
  } else {
    fs::remove_all(temporary_, ignored);
  }
}

LineSink RunFolder::open_lines(const std::string& file_name) {
  const auto [at, added] = files_.emplace(file_name, std::make_unique<File>(temporary_ / file_name));
  return [file = at->second.get()](std::string_view line) {
    file->append(line);
    file->append("\n");
  };
}

void RunFolder::write(const std::string& file_name, std::string_view content) {
  File file(temporary_ / file_name);
  file.append(content);
  file.close();
}

void RunFolder::commit() {
  for (auto& [name, file] : files_) file->close();
  files_.clear();
  try {
    if (fs::exists(target_)) {
      // Swaps the two at once, so that a killed process leaves one run or the other; not every file system
      // can.
      const bool swapped =
          ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_EXCHANGE) == 0;
      fs::remove_all(swapped ? temporary_ : target_);
      if (!swapped) fs::rename(temporary_, target_);
    } else {
      fs::rename(temporary_, target_);
    }
    committed_ = true;
  } catch (const fs::filesystem_error& error) {
    fail(target_, "move the finished run to", error.code());
  }
}

}  // namespace dse
