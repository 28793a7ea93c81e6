#include "sim/results/run_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>

#include "core/diagnostics.h"
#include "core/file_descriptor.h"
#include "dse/error.h"
#include "sim/results/file_writing.h"
#include "sim/results/run_contents.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporaryMark = ".partial-";

// In a container this process may have the same number that the killed one had.
bool process_is_gone(std::string_view number) {
  int pid = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), pid);
  if (error != std::errc() || end != number.data() + number.size()) return false;
  return pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH);
}

// Removes what a killed process left behind of the same run.
void remove_stale(const fs::path& target) {
  const std::string prefix = target.filename().string() + std::string(kTemporaryMark);
  for (const fs::directory_entry& entry : fs::directory_iterator(target.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix) || !process_is_gone(std::string_view(name).substr(prefix.size()))) continue;
    if (!holds_capture(entry.path())) fs::remove_all(entry.path());
  }
}

// Links are followed as the system follows them: if the path is a link, the folder it points to is
// replaced.
fs::path absolute_without_slash(const fs::path& path) {
  const fs::path absolute = fs::weakly_canonical(fs::absolute(path));
  return absolute.has_filename() ? absolute : absolute.parent_path();
}

// A lock held while a run moves to its target, so that two runs that end at once see each other. It
// leaves no file behind.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    constexpr int kTriesMax = 500;  // a run holds it for milliseconds; a longer holder is not a run
    constexpr int kBetweenTriesMs = 10;
    for (int tries = 0; tries < kTriesMax && folder_.number() >= 0; ++tries) {
      // Not every file system has locks; without them the run continues unlocked.
      if (::flock(folder_.number(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
      ::poll(nullptr, 0, kBetweenTriesMs);
    }
  }

 private:
  FileDescriptor folder_;
};

struct Run {
  bool interrupted = false;
  std::set<std::string> files;
  std::string lister;
};

// Why a run may not replace what exists at its target.
struct Reason {
  std::string text;      // for human readers
  bool lasting = false;  // true: no other run may either
};

std::optional<Reason> reason_against(const Run& run, const fs::path& place, bool by_default) {
  if (const auto reason = reason_to_keep(place, run.lister))
    return Reason{.text = reason->text, .lasting = true};
  const std::set<std::string> there = files_below(place);
  if (there.empty()) return std::nullopt;
  if (run.interrupted && !was_interrupted(place))
    return Reason{.text = "is of a run that came to its end, and this one was interrupted"};
  if (!by_default) return std::nullopt;
  for (const std::string& file : there) {
    if (is_asked_for(file) && !run.files.contains(file))
      return Reason{.text = fmt::format("holds {}, which this run has not", file)};
  }
  return std::nullopt;
}

// Returns false when the target was taken meanwhile.
bool moved(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno == EEXIST) return false;
  fs::rename(from, to);  // some file systems cannot do the above
  return true;
}

// Swaps the two atomically, so that a killed process leaves one run or the other. What cannot be replaced
// stays as it is.
bool replaced(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) == 0) {
    fs::remove_all(from);
    return true;
  }
  const bool cannot_swap = errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;  // some file systems
  if (!cannot_swap) throw fs::filesystem_error("", std::error_code(errno, std::generic_category()));
  const fs::path aside = from.string() + "-replaced";
  fs::rename(to, aside);
  std::error_code error;
  fs::rename(from, to, error);
  if (error) {
    fs::rename(aside, to);
    throw fs::filesystem_error("", error);
  }
  fs::remove_all(aside);
  return true;
}

// Whether something is mounted there: a run cannot take its place.
bool is_mount_point(const fs::path& folder) {
  struct stat inside = {};
  struct stat outside = {};
  return ::stat(folder.c_str(), &inside) == 0 && ::stat(folder.parent_path().c_str(), &outside) == 0 &&
         inside.st_dev != outside.st_dev;
}

}  // namespace

RunFolder::RunFolder(const fs::path& target, Naming naming, const char* lister)
    : target_(target), naming_(naming), lister_(lister) {
  try {
    target_ = absolute_without_slash(target);
    if (naming == Naming::kChosen && is_mount_point(target_)) {
      throw InputError(
          {.file = target_.string()},
          "something is mounted there, which a finished run cannot replace: choose a folder in it "
          "with --out");
    }
    if (naming == Naming::kChosen && fs::exists(target_)) {
      if (const auto reason = reason_to_keep(target_, lister_)) {
        throw InputError({.file = target_.string()}, fmt::format("{}: {} or choose another place with --out",
                                                                 reason->text, reason->remedy));
      }
    }
    temporary_ = target_;
    temporary_ += fmt::format("{}{}", kTemporaryMark, ::getpid());
    fs::create_directories(target_.parent_path());
    remove_stale(target_);
    fs::create_directory(temporary_);
  } catch (const fs::filesystem_error& error) {
    fail_to("make the run directory", target_, error.code());
  }
}

RunFolder RunFolder::at(const std::string& out, const std::string& default_name, const char* lister) {
  if (out.empty()) return RunFolder(default_name, Naming::kDefault, lister);
  return RunFolder(out, Naming::kChosen, lister);
}

RunFolder::~RunFolder() {
  if (committed_) return;
  std::error_code ignored;
  if (holds_capture(temporary_)) {
    try {
      files_.flush();
    } catch (const RunError& error) {
      tell("{}\n", error.what());
    }
    tell("what came in is kept in {}\n", temporary_.string());
  } else if (is_whole_) {
    tell("the results are in {}\n", temporary_.string());
  } else {
    fs::remove_all(temporary_, ignored);
  }
}

LineSink RunFolder::open_lines(const std::string& file_name) {
  const std::string path = path_of(file_name);
  if (files_.has(path)) {
    throw InputError(
        {.file = file_name},
        "would be written by two: choose another name for the component that it has its name of");
  }
  return files_.open(path);
}

void RunFolder::write(const std::string& file_name, std::string_view content) {
  write_file(path_of(file_name), content);
}

std::set<std::string> RunFolder::file_names() const {
  try {
    return files_below(temporary_);
  } catch (const fs::filesystem_error& error) {
    fail_to("read", temporary_, error.code());
  }
}

void RunFolder::commit() {
  files_.flush();
  is_whole_ = true;
  const fs::path wanted = target_;
  std::optional<Reason> kept;
  try {
    const Run run{was_interrupted(temporary_), files_below(temporary_), lister_};
    const FolderLock lock(wanted.parent_path());
    for (int number = 1; !committed_; ++number) {
      target_ = number == 1 ? wanted : fs::path(fmt::format("{}-{}", wanted.string(), number));
      const bool is_free = !fs::exists(fs::symlink_status(target_));
      if (!is_free && number > 1 && naming_ == Naming::kChosen) continue;  // somebody chose that name too
      std::optional<Reason> reason;
      if (!is_free) reason = reason_against(run, target_, naming_ == Naming::kDefault);
      if (number == 1) kept = reason;
      if (!reason) committed_ = is_free ? moved(temporary_, target_) : replaced(temporary_, target_);
    }
  } catch (const fs::filesystem_error& error) {
    fail_to("move the finished run to", target_, error.code());
  }
  if (target_ == wanted) return;
  const std::string text =
      fmt::format("{}: {}: it is left as it is, and the results are in {}", wanted.string(),
                  kept ? kept->text : "was taken meanwhile", target_.string());
  if (naming_ == Naming::kChosen && (!kept || kept->lasting)) throw RunError(text);
  tell("{}\n", text);
}

}  // namespace dse
