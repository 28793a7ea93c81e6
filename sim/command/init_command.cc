#include <errno.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

#include "dse/error.h"
#include "protocol/program_environment.h"
#include "sim/command/command.h"
#include "sim/command/init_templates.h"
#include "sim/results/shell.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_to_make(const fs::path& what, const std::error_code& error) {
  throw RunError(fmt::format("cannot make '{}': {}; nothing is left of the project: choose another place",
                             what.string(), error.message()));
}

std::error_code last_error() { return {errno, std::generic_category()}; }

void write_project_file(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::FILE* file = std::fopen(path.c_str(), "wxe");
  if (file == nullptr) fail_to_make(path, last_error());
  const bool written =
      std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
  const std::error_code error = last_error();
  if (std::fclose(file) != 0 && written) fail_to_make(path, last_error());
  if (!written) fail_to_make(path, error);
}

// The folder that the user named, links followed; throws InputError unless a project can be put
// there.
fs::path place_of(const std::string& folder) {
  if (folder.empty()) throw InputError({.file = "init"}, "name the folder of the new project");
  fs::path place = fs::weakly_canonical(fs::absolute(folder));
  if (!place.has_filename()) place = place.parent_path();
  if (fs::exists(fs::symlink_status(place))) {
    if (!fs::is_directory(place))
      throw InputError({.file = folder}, "exists and is not a folder: choose a name that is free");
    if (!fs::is_empty(place)) {
      throw InputError(
          {.file = folder},
          "is not empty, and a project is not mixed with other files: choose a name that is free, "
          "or an empty folder");
    }
  } else if (!fs::is_directory(place.parent_path())) {
    throw InputError({.file = folder}, fmt::format("there is no folder '{}' to put it in: make that first",
                                                   place.parent_path().string()));
  }
  return place;
}

// A folder beside the target, which is removed unless it has moved there.
class Draft {
 public:
  explicit Draft(const fs::path& target)
      : target_(target), path_(fmt::format("{}.partial-{}", target.string(), ::getpid())) {
    fs::remove_all(path_);  // left by a process that was killed, whose number this one has
    fs::create_directory(path_);
  }
  ~Draft() {
    std::error_code ignored;  // there is nothing more that could be done
    fs::remove_all(path_, ignored);
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write(const ProjectFile& file) const { write_project_file(path_ / file.path, file.text); }
  // Takes the target's place, which is free or an empty folder.
  void move() const { fs::rename(path_, target_); }

 private:
  fs::path target_;
  fs::path path_;
};

void make_project(const fs::path& place) {
  try {
    const Draft draft(place);
    for (const ProjectFile& file : project_files()) draft.write(file);
    draft.move();
  } catch (const fs::filesystem_error& error) {
    fail_to_make(place, error.code());
  }
}

// As it works in any folder: a name that the shell finds on the PATH stays one.
std::string own_name() {
  const std::string name = program_invocation_name;
  return shell_word(name.find('/') == std::string::npos ? name : fs::canonical("/proc/self/exe").string());
}

// The commands to paste next. The current folder, if that was the place, is another one now.
std::string next_steps(const std::string& folder, const fs::path& place, bool was_current) {
  const std::string own = own_name();
  const std::string python = python_folder();
  std::string test;
  if (!python.empty()) test += fmt::format("PYTHONPATH={} ", shell_word(python));
  if (own.find('/') != std::string::npos) test += fmt::format("DSE={} ", own);
  const std::string_view before = folder.starts_with('-') ? "./" : "";
  return fmt::format(
      "  cd {}\n"
      "  {} replay scenario.toml\n"
      "  {}python3 -m unittest\n"
      "  {} verify .\n",
      was_current ? shell_word(place.string()) : shell_word(fmt::format("{}{}", before, folder)), own, test,
      own);
}

int init(const std::string& folder) {
  bool was_current = false;
  fs::path place;
  try {
    place = place_of(folder);
    was_current = place == fs::current_path();
  } catch (const fs::filesystem_error& error) {
    throw InputError({.file = folder}, fmt::format("cannot be looked at: {}", error.code().message()));
  }
  make_project(place);
  fmt::print("A scenario, its source and model in Python, and their tests are in {}. Next:\n\n{}",
             shell_word(folder), next_steps(folder, place, was_current));
  return kExitOk;
}

}  // namespace

void add_init_command(CommandParser& parser) {
  auto folder = std::make_shared<std::string>();
  ProgramCommand command =
      parser.add_command("init", "Write a small project of one's own: a scenario, a model in Python, tests");
  command.add_argument("folder", *folder, "the project's folder, which is new or empty");
  command.example("dse init bars");
  command.on_run([folder] { return init(*folder); });
}

}  // namespace dse
