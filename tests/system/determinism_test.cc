// The same scenario leaves the same bytes, except for timing.json: when repeated, on 1, 2 and 4 threads, from
// another folder, in another language and time zone.
#include <algorithm>
#include <filesystem>
#include <map>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

// Every file below the run directory except timing.json, by name.
std::map<std::string, std::string> bytes_of(const std::string& run) {
  std::map<std::string, std::string> result;
  for (const std::string& name : names_in(run)) {
    if (name != "timing.json") result.emplace(name, read_file(run + "/" + name));
  }
  return result;
}

std::vector<std::string> differing(const std::map<std::string, std::string>& a,
                                   const std::map<std::string, std::string>& b) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : a) {
    const auto other = b.find(name);
    if (other == b.end() || other->second != bytes) names.push_back(name);
  }
  for (const auto& [name, bytes] : b) {
    if (!a.contains(name)) names.push_back(name);
  }
  return names;
}

std::map<std::string, std::string> replayed(const ProgramFixture& fixture, const std::string& scenario,
                                            const std::vector<std::string>& more = {}) {
  REQUIRE(fixture.replay(kScenarios + scenario + ".toml", more).status == 0);
  return bytes_of(fixture.run());
}

// A locale whose decimal point is a comma, made if the system can.
std::string german_locale(const ProgramFixture& fixture) {
  const std::string made = fixture.file("de_DE.UTF-8");
  if (!fs::exists("/usr/bin/localedef")) return "";
  run_process({.program = "/usr/bin/localedef", .arguments = {"-i", "de_DE", "-f", "UTF-8", made}});
  return fs::exists(made) ? fixture.file("") : "";
}

}  // namespace

TEST_CASE("determinism: two runs, and 1, 2 and 4 threads", "[determinism]") {
  for (const std::string& scenario : sample_scenarios()) {
    const ProgramFixture fixture;
    const auto first = replayed(fixture, scenario, {"--threads", "1"});
    REQUIRE(first.contains("summary.json"));
    for (const std::string threads : {"1", "2", "4"}) {
      INFO(scenario << " on " << threads << " threads, against 1");
      CHECK(differing(first, replayed(fixture, scenario, {"--threads", threads})) ==
            std::vector<std::string>());
    }
  }
}

// Needs the full set (data/fetch mnist), so it runs only when asked for by its tag.
TEST_CASE("determinism: the main scenario on 1, 2 and 4 threads", "[.full]") {
  const ProgramFixture fixture;
  const auto first = replayed(fixture, "mnist", {"--threads", "1"});
  for (const std::string threads : {"2", "4"}) {
    INFO(threads << " threads, against 1");
    CHECK(differing(first, replayed(fixture, "mnist", {"--threads", threads})) == std::vector<std::string>());
  }
}

TEST_CASE("determinism: another folder, language and time zone", "[determinism]") {
  const ProgramFixture locale;
  const std::string locale_path = german_locale(locale);
  if (locale_path.empty()) WARN("no German locale can be made here: only its name was set");
  for (const std::string& scenario : sample_scenarios()) {
    INFO(scenario);
    const ProgramFixture fixture;
    const auto first = replayed(fixture, scenario);
    // The scenario is also reached by another path.
    fs::create_symlink(DSE_SOURCE_DIR "/scenarios", fixture.file("scenarios"));
    fs::create_symlink(DSE_SOURCE_DIR "/data", fixture.file("data"));
    Command command = dse_command({"replay", "scenarios/" + scenario + ".toml"});
    command.folder = fixture.file("");
    command.environment = {
        {"LC_ALL", "de_DE.UTF-8"}, {"LANG", "de_DE.UTF-8"}, {"TZ", "Pacific/Kiritimati"}, {"HOME", "/"}};
    if (!locale_path.empty()) command.environment["LOCPATH"] = locale_path;
    REQUIRE(run_process(command).status == 0);
    const std::vector<std::string> runs = names_in(fixture.file("runs"));
    REQUIRE(runs.size() == 2);
    const std::string other = runs[0] == "run" ? runs[1] : runs[0];
    CHECK(differing(first, bytes_of(fixture.file("runs/" + other))) == std::vector<std::string>());
  }
}

TEST_CASE("determinism: the comparison sees a difference", "[determinism]") {
  const ProgramFixture fixture;
  const auto first = replayed(fixture, "poisson-arrivals", {"--seed", "1"});
  const auto second = replayed(fixture, "poisson-arrivals", {"--seed", "2", "--set", "expect=[]"});
  CHECK(differing(first, second) ==
        std::vector<std::string>{"latencies.csv", "metrics.csv", "poisson-reader.csv", "summary.json"});
}
