// Where results go: places that cannot be written, full disks, folders that belong to somebody else.
#include <unistd.h>

#include <filesystem>

#include "small_disk.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

const std::string kScenario = kScenarios + "generator-and-echo.toml";

Outcome replay_to(const std::string& out, const std::string& scenario = kScenario) {
  return run_process(dse_command({"replay", scenario, "--out", out}));
}

void check_full_disk(const std::string& size, const std::string& scenario) {
  const ProgramFixture fixture;
  const SmallDisk disk(fixture.file("disk"), size);
  if (!disk.mounted()) {
    WARN("a full disk was not tested: no file system can be mounted here (" << disk.reason() << ")");
    return;
  }
  const Outcome outcome = replay_to(fixture.file("disk/run"), kScenarios + scenario);
  INFO(outcome.err);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("dse: cannot write '" + fixture.file("disk/run.partial-")));
  CHECK_THAT(outcome.err, ContainsSubstring(
                              "No space left on device; free some space or choose another place with --out"));
  CHECK(names_in(fixture.file("disk")) == std::vector<std::string>());
}

// The content of every file below the folder.
std::vector<std::pair<std::string, std::string>> snapshot(const std::string& folder) {
  std::vector<std::pair<std::string, std::string>> result;
  for (const std::string& name : names_in(folder)) result.emplace_back(name, read_file(folder + "/" + name));
  return result;
}

}  // namespace

TEST_CASE("out: below a file") {
  const ProgramFixture fixture;
  const std::string below = fixture.write("file", "x") + "/run";
  const Outcome outcome = replay_to(below);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, Catch::Matchers::StartsWith("dse: cannot make the run directory '" + below +
                                                      "': Not a directory"));
  CHECK(read_file(fixture.file("file")) == "x");
}

TEST_CASE("out: below what is no real folder") {
  for (const std::string out : {"/proc/run", "/dev/null/run"}) {
    const Outcome outcome = replay_to(out);
    INFO(outcome.err);
    CHECK(outcome.status == 3);
    CHECK_THAT(outcome.err,
               Catch::Matchers::StartsWith("dse: cannot make the run directory '" + out + "': "));
  }
}

TEST_CASE("out: a folder that may not be written") {
  if (geteuid() == 0) {
    WARN("not tested: root may write everywhere");
    return;
  }
  const ProgramFixture fixture;
  fs::create_directory(fixture.file("closed"));
  fs::permissions(fixture.file("closed"), fs::perms::owner_read | fs::perms::owner_exec);
  const Outcome outcome = replay_to(fixture.file("closed/run"));
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("Permission denied"));
}

TEST_CASE("out: a name that is too long, a link to itself") {
  const ProgramFixture fixture;
  const Outcome long_name = replay_to(fixture.file(std::string(300, 'x')));
  CHECK(long_name.status == 3);
  CHECK_THAT(long_name.err, ContainsSubstring("File name too long"));
  fs::create_symlink(fixture.file("loop"), fixture.file("loop"));
  const Outcome loop = replay_to(fixture.file("loop"));
  CHECK(loop.status == 3);
  CHECK_THAT(loop.err, ContainsSubstring("Too many levels of symbolic links"));
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"loop"});
}

TEST_CASE("out: a folder or file that is no run directory is refused and left alone") {
  const ProgramFixture fixture;
  const std::string message =
      ": exists and is not a run directory: remove it or choose another place with --out";
  fixture.write("mine/thesis.tex", "years of work");
  fixture.write("other/summary.json", "{}");  // one of the files is not enough
  const std::string file = fixture.write("file", "x");
  for (const std::string& out :
       {fixture.file("mine"), fixture.file("mine/"), fixture.file("other"), file, fixture.file("")}) {
    const Outcome outcome = replay_to(out);
    INFO(out << '\n' << outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring(message));
  }
  CHECK(snapshot(fixture.file("mine")) ==
        std::vector<std::pair<std::string, std::string>>{{"thesis.tex", "years of work"}});
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"file", "mine", "other"});
}

TEST_CASE("out: a run directory is replaced, an empty folder is taken") {
  const ProgramFixture fixture;
  fs::create_directories(fixture.run());
  CHECK(fixture.replay(kScenario).status == 0);
  const auto first = snapshot(fixture.run());
  CHECK(first.size() == 6);
  CHECK(fixture.replay(kScenarios + "route-by-key.toml").status == 0);
  CHECK(names_in(fixture.run()) == std::vector<std::string>{"latencies.csv", "metrics.csv",
                                                            "sevens-or-ones.csv", "sevens.csv",
                                                            "summary.json", "timing.json", "topology.json"});
  CHECK(fixture.runs() == std::vector<std::string>{"run"});
}

TEST_CASE("out: a run that is refused leaves the one before alone") {
  const ProgramFixture fixture;
  CHECK(fixture.replay(kScenario).status == 0);
  const auto before = snapshot(fixture.run());
  CHECK(fixture.replay(kScenario, {"--set", "component.generator.images=none"}).status == 2);
  CHECK(snapshot(fixture.run()) == before);
  CHECK(fixture.runs() == std::vector<std::string>{"run"});
}

TEST_CASE("out: a disk that gets full while results are written") {
  check_full_disk("64k", "competing-consumers.toml");
}

TEST_CASE("out: a disk that gets full at the end of a run") {
  check_full_disk("8k", "generator-and-echo.toml");
}

TEST_CASE("out: a file that may not grow") {
  // With SIGXFSZ ignored, the write fails like one to a full disk.
  const ProgramFixture fixture;
  const Command command = fixture.replay_command(kScenarios + "competing-consumers.toml");
  const Outcome outcome = run_process(with_shell_limits("trap '' XFSZ; ulimit -f 16", command));
  INFO(outcome.err);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("File too large; raise the limit of a file's size (ulimit -f)"));
  CHECK(fixture.runs() == std::vector<std::string>());
}

TEST_CASE("out: a run that cannot take its place is kept, and so is the one that is there") {
  const ProgramFixture fixture;
  REQUIRE(replay_to(fixture.file("first")).status == 0);
  const std::vector<std::string> files = names_in(fixture.file("first"));
  const BoundFolder bound(fixture.file("first"), fixture.file("bound"));
  if (!bound.mounted()) {
    WARN("not tested: nothing can be mounted here");
    return;
  }
  const Outcome outcome = replay_to(fixture.file("bound"));
  INFO(outcome.err);
  CHECK(outcome.status == 3);
  CHECK_THAT(outcome.err, ContainsSubstring("the results are in " + fixture.file("bound") + ".partial-"));
  CHECK(names_in(fixture.file("first")) == files);
  std::size_t kept = 0;
  for (const std::string& name : names_in(fixture.file(""))) {
    if (!name.starts_with("bound.partial-")) continue;
    ++kept;
    CHECK(names_in(fixture.file(name)) == files);
  }
  CHECK(kept == 1);

  const SmallDisk disk(fixture.file("disk"), "1m");
  const Outcome refused = replay_to(fixture.file("disk"));
  CHECK(refused.status == 2);
  CHECK_THAT(refused.err, ContainsSubstring("something is mounted there"));
}
