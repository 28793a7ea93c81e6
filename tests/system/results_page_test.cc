// The examples of docs/results.md, run as they stand there on the run that the page names.
#include <filesystem>
#include <set>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

const std::string kPage = DSE_SOURCE_DIR "/docs/results.md";

struct Example {
  std::string language;  // sh, python or gnuplot
  std::string text;
  std::string output;  // what the page shows below it
};

// Each block of these languages, with the ```text block that follows.
std::vector<Example> documented_examples() {
  std::vector<Example> examples;
  std::string within;
  for (const std::string& line : lines_of(read_file(kPage))) {
    if (line.starts_with("```")) {
      within = within.empty() ? line.substr(3) + " " : "";
      const std::string language = within.substr(0, within.find(' '));
      if (std::set<std::string>{"sh", "python", "gnuplot"}.contains(language))
        examples.push_back({language, "", ""});
    } else if (within == "text ") {
      examples.back().output += line + "\n";
    } else if (!within.empty() && within != " ") {
      examples.back().text += line + "\n";
    }
  }
  return examples;
}

// Columns are padded at their right ends, which a page does not show.
std::string without_padding(const std::string& text) {
  std::string stripped;
  for (const std::string& line : lines_of(text))
    stripped += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  return stripped;
}

Outcome run_example(const Example& example, const ProgramFixture& fixture) {
  const std::string file = fixture.write("example", example.text);
  const std::map<std::string, std::string> programs = {
      {"sh", "/bin/sh"}, {"python", "/usr/bin/python3"}, {"gnuplot", "/usr/bin/gnuplot"}};
  return run_process({.program = programs.at(example.language),
                      .arguments = {file},
                      .environment = {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C.UTF-8"}},
                      .folder = fixture.run()});
}

}  // namespace

TEST_CASE("results page: each example prints what stands below it") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kScenarios + "sample-four-models.toml", {"--record"}).status == 0);
  std::set<std::string> languages;
  for (const Example& example : documented_examples()) {
    const Outcome outcome = run_example(example, fixture);
    INFO(example.text << outcome.err);
    CHECK(outcome.status == 0);
    CHECK(without_padding(outcome.out) == without_padding(example.output));
    languages.insert(example.language);
  }
  CHECK(languages == std::set<std::string>{"gnuplot", "python", "sh"});
  CHECK_THAT(read_file(fixture.run() + "/accuracy.svg"), ContainsSubstring("</svg>"));
}

TEST_CASE("results page: every file of a run and every column of its tables is there") {
  const ProgramFixture fixture;
  const std::string page = read_file(kPage);
  const std::set<std::string> of_components = {"echo.log", "sevens.csv", "votes.csv", "answers.csv",
                                               "unusable.csv"};
  for (const std::string scenario : {"sample-four-models.toml", "refused.toml"}) {
    REQUIRE(fixture.replay(kScenarios + scenario, {"--record", "--by-component"}).status == 0);
    for (const std::string& name : names_in(fixture.run())) {
      INFO(name);
      const bool of_component = of_components.contains(name);
      if (!of_component) CHECK_THAT(page, ContainsSubstring("| `" + name + "` |"));
      if (!name.ends_with(".csv")) continue;
      std::string header = lines_of(read_file(fixture.run() + "/" + name))[0] + ",";
      for (std::size_t end = header.find(','); end != std::string::npos; end = header.find(',')) {
        CHECK_THAT(page, ContainsSubstring("`" + header.substr(0, end) + "`"));
        header.erase(0, end + 1);
      }
    }
  }
}
