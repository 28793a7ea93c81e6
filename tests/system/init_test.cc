// dse init: a project of one's own that works at once, written whole or not at all.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "system/small_disk.h"

namespace {

namespace fs = std::filesystem;

Command init_command(const ProgramFixture& fixture, const std::string& folder) {
  Command command = dse_command({"init", folder});
  command.folder = fixture.file("");
  return command;
}

// The commands that it printed to go on with, as one shell script.
std::string next_steps(const Outcome& outcome) {
  const std::size_t begin = outcome.out.find("\n\n");
  REQUIRE(begin != std::string::npos);
  return "set -e\n" + outcome.out.substr(begin);
}

Outcome run_script(const std::string& script, const std::string& folder) {
  return run_process({.program = "/bin/sh", .arguments = {"-c", script}, .folder = folder});
}

void check_made(const std::string& folder) {
  CHECK(names_in(folder) == std::vector<std::string>{".github", ".gitignore", "README.md", "bars.py",
                                                     "fingerprints.csv", "model.py", "scenario.toml",
                                                     "source.py", "test_model.py"});
  CHECK(fs::file_size(folder + "/.github/workflows/test.yml") > 0);
}

void check_refused(const ProgramFixture& fixture, const std::string& folder, const std::string& message) {
  INFO(folder);
  const std::vector<std::string> before = names_in(fixture.file(""));
  const Outcome outcome = run_process(init_command(fixture, folder));
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK_THAT(outcome.err, ContainsSubstring(message));
  CHECK(names_in(fixture.file("")) == before);
}

}  // namespace

TEST_CASE("init: a project works at once, by the commands that are printed") {
  const ProgramFixture fixture;
  const Outcome made = run_process(init_command(fixture, "my project"));
  INFO(made.err);
  REQUIRE(made.status == 0);
  CHECK(made.err.empty());
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"my project"});
  const std::string project = fixture.file("my project");
  check_made(project);

  const Outcome check = run_process(
      {.program = dse_command({}).program, .arguments = {"check", "scenario.toml"}, .folder = project});
  CHECK(check.status == 0);
  CHECK(check.err.empty());
  check_made(project);

  const Outcome steps = run_script(next_steps(made), fixture.file(""));
  INFO(steps.out);
  INFO(steps.err);
  CHECK(steps.status == 0);
  CHECK_THAT(steps.out, ContainsSubstring("ok     3 expectations held\n"));
  CHECK_THAT(steps.err, ContainsSubstring("Ran 2 tests"));
  // Its fingerprints are those that came with it.
  CHECK_THAT(steps.out, ContainsSubstring("ok       ./scenario.toml"));
}

TEST_CASE("init: its test notices a model that has become worse") {
  const ProgramFixture fixture;
  const Outcome made = run_process(init_command(fixture, "p"));
  REQUIRE(made.status == 0);
  const std::string model = read_file(fixture.file("p/model.py"));
  fixture.write("p/model.py", replaced(model, "return max(rows), max(columns)", "return sum(rows), 0"));
  const std::string project = fixture.file("p");
  const std::string steps = next_steps(made);
  const std::string test = steps.substr(steps.find("PYTHONPATH="));
  const Outcome tests = run_script(test.substr(0, test.find('\n')), project);
  INFO(tests.err);
  CHECK(tests.status == 1);
  CHECK_THAT(tests.err, ContainsSubstring("FAIL: test_new_bars_are_told_apart"));
  const Outcome replay = run_process(
      {.program = dse_command({}).program, .arguments = {"replay", "scenario.toml"}, .folder = project});
  CHECK(replay.status == 1);
  CHECK_THAT(replay.out, ContainsSubstring("FAILED model.prequential_accuracy"));
}

TEST_CASE("init: an empty folder is filled, even the current one") {
  const ProgramFixture fixture;
  fs::create_directory(fixture.file("empty"));
  const Outcome other = run_process(init_command(fixture, "empty/"));
  CHECK(other.status == 0);
  check_made(fixture.file("empty"));

  const std::string current = fixture.file("current");
  fs::create_directory(current);
  Command command = dse_command({"init", "."});
  command.folder = current;
  const Outcome made = run_process(command);
  INFO(made.err);
  CHECK(made.status == 0);
  check_made(current);
  CHECK_THAT(made.out, ContainsSubstring("\n  cd " + fs::canonical(current).string() + "\n"));

  fs::create_directory(fixture.file("linked"));
  fs::create_directory_symlink(fixture.file("linked"), fixture.file("link"));
  CHECK(run_process(init_command(fixture, "link")).status == 0);
  check_made(fixture.file("linked"));
  CHECK(fs::is_symlink(fixture.file("link")));
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"current", "empty", "link", "linked"});
}

TEST_CASE("init: what is there already is left alone, and what helps is said") {
  const ProgramFixture fixture;
  fixture.write("full/thesis.txt", "years of work");
  fixture.write("hidden/.keep", "");
  fixture.write("file", "");
  fs::create_symlink("nowhere", fixture.file("dangling"));
  check_refused(fixture, "full", "dse: full: is not empty, and a project is not mixed with other files");
  check_refused(fixture, "hidden", "dse: hidden: is not empty");
  check_refused(fixture, ".", "dse: .: is not empty");
  check_refused(fixture, "file", "dse: file: exists and is not a folder: choose a name that is free");
  check_refused(fixture, "dangling", "exists and is not a folder");
  check_refused(fixture, "file/p", "there is no folder '");
  check_refused(fixture, "no/such/folder", "no/such' to put it in: make that first");
  check_refused(fixture, "", "name the folder of the new project");
  CHECK(read_file(fixture.file("full/thesis.txt")) == "years of work");
  CHECK(run_process(dse_command({"init"})).status == 2);
}

TEST_CASE("init: a folder whose name needs care") {
  const ProgramFixture fixture;
  Command command = dse_command({"init", "--", "-it's"});
  command.folder = fixture.file("");
  const Outcome made = run_process(command);
  CHECK(made.status == 0);
  check_made(fixture.file("-it's"));
  CHECK_THAT(made.out, ContainsSubstring("  cd './-it'\\''s'\n"));
}

TEST_CASE("init: what a file's limit or a full disk stops leaves nothing") {
  const ProgramFixture fixture;
  const Outcome limited =
      run_process(with_shell_limits("ulimit -f 1", init_command(fixture, fixture.file("p"))));
  CHECK(limited.status == 3);
  CHECK(limited.out.empty());
  CHECK_THAT(limited.err, ContainsSubstring("cannot make '"));
  CHECK_THAT(limited.err, ContainsSubstring("File too large"));
  CHECK(names_in(fixture.file("")).empty());

  const SmallDisk disk(fixture.file("disk"), "16k");
  if (!disk.mounted()) {
    WARN("not tested: no small disk can be made: " << disk.reason());
    return;
  }
  const Outcome full = run_process(init_command(fixture, "disk/p"));
  CHECK(full.status == 3);
  CHECK_THAT(full.err, ContainsSubstring("No space left on device"));
  CHECK(names_in(fixture.file("disk")).empty());
}

TEST_CASE("init: a folder that may not be written") {
  if (geteuid() == 0) {
    WARN("not tested: root may write everywhere");
    return;
  }
  const ProgramFixture fixture;
  fs::create_directory(fixture.file("locked"));
  fs::permissions(fixture.file("locked"), fs::perms::owner_read | fs::perms::owner_exec);
  const Outcome outcome = run_process(init_command(fixture, "locked/p"));
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("Permission denied"));
}
