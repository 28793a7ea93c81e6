#include "sim/results/run_folder.h"

#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>

#include "dse/error.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void put(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

using Names = std::set<std::string>;

// A whole run, with one more file.
void run_into(const fs::path& target, const std::string& extra) {
  RunFolder folder(target);
  folder.write("metrics.csv", "content");
  folder.write(extra, extra);
  folder.write("timing.json", "{\"files\": [\"metrics.csv\", \"" + extra + "\"]}");
  folder.commit();
}

// The number of a process that has ended.
std::string dead_process() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  return std::to_string(child);
}

}  // namespace

TEST_CASE("a run directory appears when it is whole, and not before") {
  const TemporaryFolder place;
  const fs::path target = place.path() / "runs" / "a-s1";
  RunFolder folder(target);
  const LineSink lines = folder.open_lines("echo.log");
  lines("one");
  lines("two");
  folder.write("summary.json", "{}\n");
  CHECK_FALSE(fs::exists(target));
  folder.commit();
  CHECK(folder.target() == target);
  CHECK(names_in(target) == Names{"echo.log", "summary.json"});
  CHECK(content(target / "echo.log") == "one\ntwo\n");
  CHECK(content(target / "summary.json") == "{}\n");
  CHECK(names_in(target.parent_path()) == Names{"a-s1"});
}

TEST_CASE("a run that fails leaves nothing behind") {
  const TemporaryFolder place;
  {
    RunFolder folder(place.path() / "a");
    folder.open_lines("echo.log")("one");
  }
  CHECK(names_in(place.path()).empty());
}

TEST_CASE("a run that fails leaves the run before it alone") {
  const TemporaryFolder place;
  run_into(place.path() / "a", "old.log");
  {
    RunFolder folder(place.path() / "a");
    folder.write("summary.json", "new");
  }
  CHECK(names_in(place.path()) == Names{"a"});
  CHECK(content(place.path() / "a" / "metrics.csv") == "content");
}

TEST_CASE("a run replaces the run before it, whole") {
  const TemporaryFolder place;
  run_into(place.path() / "a", "old.log");
  run_into(place.path() / "a", "new.log");
  CHECK(names_in(place.path() / "a") == Names{"metrics.csv", "new.log", "timing.json"});
  CHECK(names_in(place.path()) == Names{"a"});
}

TEST_CASE("an empty folder may become a run directory, and a slash at the end changes nothing") {
  const TemporaryFolder place;
  fs::create_directory(place.path() / "a");
  run_into(place.file("a") + "/", "echo.log");
  CHECK(fs::exists(place.path() / "a" / "echo.log"));
  CHECK(names_in(place.path()) == Names{"a"});
}

TEST_CASE("what is no run directory is refused and left alone") {
  const TemporaryFolder place;
  put(place.path() / "thesis" / "chapter-1.tex", "text");
  put(place.path() / "notes" / "summary.json", "{}");
  put(place.path() / "file", "text");
  for (const char* name : {"thesis", "notes", "file"}) {
    CAPTURE(name);
    CHECK_THAT(input_error([&] { RunFolder folder(place.path() / name); }),
               ContainsSubstring("exists and is not a run directory"));
  }
  CHECK(names_in(place.path()) == Names{"file", "notes", "thesis"});
  CHECK(content(place.path() / "thesis" / "chapter-1.tex") == "text");
}

TEST_CASE("what killed processes left of the same run is removed, and nobody else's") {
  const TemporaryFolder place;
  const std::string dead = dead_process();
  const std::string living = std::to_string(getppid());
  for (const std::string& name :
       {"a.partial-" + dead, "a.partial-" + living, "b.partial-" + dead, std::string("a.partial-mine")}) {
    put(place.path() / name / "echo.log", "half");
  }
  run_into(place.path() / "a", "echo.log");
  CHECK(names_in(place.path()) == Names{"a", "a.partial-" + living, "b.partial-" + dead, "a.partial-mine"});
}

TEST_CASE("what a killed process of this one's number left does not get into the run") {
  const TemporaryFolder place;
  put(place.path() / ("a.partial-" + std::to_string(getpid())) / "old.log", "half");
  run_into(place.path() / "a", "echo.log");
  CHECK(names_in(place.path() / "a") == Names{"echo.log", "metrics.csv", "timing.json"});
  CHECK(names_in(place.path()) == Names{"a"});
}

TEST_CASE("a place where nothing can be written is an error of the run, told with the path") {
  const TemporaryFolder place;
  put(place.path() / "file", "text");
  const fs::path below_file = place.path() / "file" / "a";
  CHECK_THROWS_AS(RunFolder(below_file), RunError);
  CHECK_THROWS_WITH(RunFolder(below_file), ContainsSubstring(below_file.string()));
  CHECK_THROWS_AS(RunFolder(place.path() / std::string(300, 'x')), RunError);
  CHECK_THROWS_AS(RunFolder("/proc/none/a"), RunError);
}

TEST_CASE("a full disk is an error of the run, at the latest when it is committed") {
  if (!fs::exists("/dev/full")) return;
  const TemporaryFolder place;
  RunFolder folder(place.path() / "a");
  const fs::path partial = place.path() / ("a.partial-" + std::to_string(getpid()));
  fs::create_symlink("/dev/full", partial / "echo.log");
  const auto write_and_commit = [&folder] {
    folder.open_lines("echo.log")("one");
    folder.commit();
  };
  CHECK_THROWS_WITH(write_and_commit(), ContainsSubstring("No space left on device"));
  CHECK_FALSE(fs::exists(place.path() / "a"));
}
