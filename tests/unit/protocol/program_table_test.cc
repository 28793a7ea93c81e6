// How a scenario names a program, and what the program finds around it.
#include "protocol/program_table.h"

#include <cstdlib>
#include <string>

#include "protocol/program_environment.h"
#include "support/catch.h"

using namespace dse;

namespace {

ExternalProgram read(const std::string& json) {
  const std::string folder = "/scenarios";
  return read_program_table(json,
                            {.folder = folder, .place = {.file = "s.toml", .line = 3, .key = "learner"}});
}

std::string refusal(const std::string& json) {
  try {
    read(json);
  } catch (const InputError& error) {
    return error.place().key + " " + error.what();
  }
  return "";
}

bool holds(const std::vector<std::string>& texts, const std::string& text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

}  // namespace

TEST_CASE("program table: all of it") {
  const ExternalProgram program = read(
      R"({"program":["python3","f.py"],"options":{"trees":10},"environment":{"A":"b=c"},"files":["g.py"],)"
      R"("patience":"2s","folder":"sub"})");
  CHECK(program.words == std::vector<std::string>{"python3", "f.py"});
  CHECK(program.options == R"({"trees":10})");
  CHECK(program.environment == std::vector<std::pair<std::string, std::string>>{{"A", "b=c"}});
  CHECK(program.files == std::vector<std::string>{"g.py"});
  CHECK(program.patience_ns == 2'000'000'000);
  CHECK(program.folder == "/scenarios/sub");
  CHECK(program.place.key == "learner.program");
}

TEST_CASE("program table: what may be left out") {
  const ExternalProgram program = read(R"({"program":"forest"})");
  CHECK(program.words == std::vector<std::string>{"forest"});
  CHECK(program.folder == "/scenarios");
  CHECK(program.options == "{}");
  CHECK(program.environment.empty());
  CHECK(program.patience_ns == 60 * kNanosecondsPerSecond);
}

TEST_CASE("program table: what is refused names its key") {
  const std::pair<std::string, std::string> cases[] = {
      {"{}", "learner.program"},
      {R"({"program":7})", "learner.program"},
      {R"({"program":[]})", "learner.program"},
      {R"({"program":[""]})", "learner.program"},
      {R"({"program":["a",7]})", "learner.program"},
      {R"({"program":"a\u0000b"})", "learner.program"},
      {R"({"program":"a","options":7})", "learner.options"},
      {R"({"program":"a","environment":{"A":7}})", "learner.environment"},
      {R"({"program":"a","environment":{"":"x"}})", "learner.environment"},
      {R"({"program":"a","environment":{"A=B":"x"}})", "learner.environment"},
      {R"({"program":"a","environment":{"A":"x\u0000"}})", "learner.environment"},
      {R"({"program":"a","environment":["A"]})", "learner.environment"},
      {R"({"program":"a","files":7})", "learner.files"},
      {R"({"program":"a","patience":"soon"})", "learner.patience"},
      {R"({"program":"a","patience":60})", "learner.patience"},
      {R"({"program":"a","patience":"0s"})", "learner.patience"},
      {R"({"program":"a","folder":""})", "learner.folder"},
      {R"({"program":"a","patient":"1s"})", "learner.patient"}};
  for (const auto& [json, key] : cases) {
    CAPTURE(json);
    CHECK_THAT(refusal(json), Catch::Matchers::StartsWith(key + " "));
  }
  CHECK_THAT(refusal(R"({"program":"a","patient":"1s"})"), ContainsSubstring("patience"));
}

TEST_CASE("environment: PATH and HOME, what dse sets, and what the command adds") {
  setenv("DSE_TEST_SECRET", "1", 1);
  ExternalProgram program{.words = {"x"}, .folder = "/"};
  std::vector<std::string> variables = program_environment(program);
  CHECK(holds(variables, std::string("PATH=") + std::getenv("PATH")));
  CHECK(holds(variables, "DSE_PROTOCOL=1"));
  CHECK(holds(variables, "PYTHONHASHSEED=0"));
  for (const std::string& variable : variables) CHECK(variable.find("DSE_TEST_SECRET") == std::string::npos);
  CHECK(std::is_sorted(variables.begin(), variables.end()));

  program.environment = {{"TZ", "Europe/Vienna"}, {"MINE", ""}, {"PYTHONPATH", "/mine"}};
  variables = program_environment(program);
  CHECK(holds(variables, "TZ=Europe/Vienna"));
  CHECK_FALSE(holds(variables, "TZ=UTC"));
  CHECK(holds(variables, "MINE="));
  const std::string python = python_folder();
  CHECK(holds(variables, python.empty() ? "PYTHONPATH=/mine" : "PYTHONPATH=/mine:" + python));
}
