// What a scenario leaves and prints is the same as when these files were written, whatever the compiler and
// the build. Its fingerprints are kept in scenarios/fingerprints.csv, by dse verify.
//
// When a change is meant to change them, rewrite them with
//
//     DSE_UPDATE_GOLDEN=1 build/tests/test_system "[golden]"
//
// look at the difference, and say in the commit why it is right.
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "dse/hash.h"
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kGolden = DSE_SOURCE_DIR "/tests/golden/";

void check_golden(const std::string& name, const std::string& text) {
  if (std::getenv("DSE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(kGolden + name, std::ios::binary) << text;
    WARN("tests/golden/" << name << " is written anew and not compared");
    return;
  }
  INFO("tests/golden/" << name);
  CHECK(text == read_file(kGolden + name));
}

// The hash of every file except timing.json, with its name, in name order.
std::string hash_of_files(const std::string& run) {
  dse::Hasher hasher;
  for (const std::string& name : names_in(run)) {
    if (name == "timing.json") continue;
    hasher.add(std::string_view(name));
    hasher.add(std::string_view(read_file(run + "/" + name)));
  }
  return dse::hex64(hasher.digest());
}

}  // namespace

TEST_CASE("golden: the files that every scenario on the sample leaves", "[golden]") {
  for (const std::string& scenario : sample_scenarios()) {
    INFO(scenario);
    const ProgramFixture fixture;
    REQUIRE(fixture.replay(kScenarios + scenario + ".toml").status == 0);
    check_golden(scenario + ".files", hash_of_files(fixture.run()) + "\n");
    if (scenario == "generator-and-echo")
      check_golden(scenario + ".echo.log", read_file(fixture.run() + "/echo.log"));
  }
}

TEST_CASE("golden: every scenario on the sample has its file, and no file is left over", "[golden]") {
  std::vector<std::string> expected;
  for (const std::string& scenario : sample_scenarios()) {
    expected.push_back("check-" + scenario + ".txt");
    expected.push_back(scenario + ".files");
  }
  expected.push_back("generator-and-echo.echo.log");
  std::sort(expected.begin(), expected.end());
  CHECK(names_in(kGolden) == expected);
}

TEST_CASE("golden: the topology that check prints", "[golden]") {
  for (const std::string& scenario : sample_scenarios()) {
    const Outcome outcome = run_process(dse_command({"check", "scenarios/" + scenario + ".toml"}));
    CHECK(outcome.status == 0);
    check_golden("check-" + scenario + ".txt", outcome.out);
  }
}
