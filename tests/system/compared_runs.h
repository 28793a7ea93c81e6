// Runs that a test compares with dse diff.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/program_fixture.h"

// Runs the scenario into the fixture's folder of this name, and returns its path.
inline std::string run_of(const ProgramFixture& fixture, const std::string& scenario, const std::string& name,
                          std::vector<std::string> options) {
  const std::string run = fixture.file(name);
  std::vector<std::string> arguments = {"replay", scenario, "--out", run, "--quiet"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const Outcome outcome = run_process(dse_command(arguments));
  INFO(outcome.err);
  REQUIRE(std::filesystem::exists(run + "/summary.json"));
  return run;
}

inline Outcome diff(const std::string& a, const std::string& b) {
  return run_process(dse_command({"diff", a, b}));
}

// Compares the two, and checks that this is refused as wrong input in a line that holds all of `messages`.
inline void check_refused(const std::string& a, const std::string& b,
                          const std::vector<std::string>& messages) {
  const Outcome outcome = diff(a, b);
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  REQUIRE_FALSE(outcome.err.empty());
  const std::string line = lines_of(outcome.err).back();
  CHECK_THAT(line, Catch::Matchers::StartsWith("dse: "));
  for (const std::string& message : messages) CHECK_THAT(line, ContainsSubstring(message));
}
