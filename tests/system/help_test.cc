// The examples that the help of each command ends with do what they say.
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace fs = std::filesystem;

namespace {

// A folder in which the examples can run: the scenarios are there, and what earlier examples make.
class ExampleFolder {
 public:
  ExampleFolder() {
    fs::create_directories(fixture_.file("here"));
    fs::create_directory_symlink(DSE_SOURCE_DIR "/scenarios", fixture_.file("here/scenarios"));
    fs::create_directory_symlink(DSE_SOURCE_DIR "/data", fixture_.file("here/data"));
  }
  Outcome run(const std::vector<std::string>& arguments) const {
    Command command = dse_command(arguments);
    command.folder = fixture_.file("here");
    return run_process(command);
  }
  std::string path(const std::string& name) const { return fixture_.file("here/" + name); }
  void write(const std::string& name, const std::string& text) const { fixture_.write("here/" + name, text); }

 private:
  ProgramFixture fixture_;
};

// The words of the example with which this help ends, without the program's name.
std::vector<std::string> example_of(const ExampleFolder& folder, std::vector<std::string> command) {
  command.emplace_back("--help");
  const Outcome help = folder.run(command);
  REQUIRE(help.status == 0);
  const std::vector<std::string> lines = lines_of(help.out);
  REQUIRE(lines.size() > 2);
  REQUIRE(lines[lines.size() - 2] == "Example:");
  std::istringstream words(lines.back());
  std::vector<std::string> example;
  for (std::string word; words >> word;) example.push_back(word);
  REQUIRE(example.at(0) == "dse");
  example.erase(example.begin());
  return example;
}

// The commands without those of a real broker, in an order in which each finds what it needs.
const std::vector<std::vector<std::string>> kCommands = {{"replay"},
                                                         {"report"},
                                                         {"trace"},
                                                         {"check"},
                                                         {"verify"},
                                                         {"diff"},
                                                         {"explore"},
                                                         {"drive"},
                                                         {"capture", "make"},
                                                         {"capture", "info"},
                                                         {"capture", "cat"},
                                                         {"capture", "diff"},
                                                         {"definitions", "export"},
                                                         {"definitions", "import"},
                                                         {"user", "add"},
                                                         {"user"},
                                                         {"user", "list"},
                                                         {"user", "remove"},
                                                         {"init"},
                                                         {"explain"},
                                                         {"completion"},
                                                         {"man"}};

}  // namespace

TEST_CASE("help: each example runs") {
  const ExampleFolder folder;
  REQUIRE(folder.run({"replay", "scenarios/sample-four-models.toml", "--quiet"}).status == 0);
  REQUIRE(folder.run({"replay", "scenarios/sample-four-models.toml", "--quiet", "--record", "--seed", "7"})
              .status == 0);
  const std::string line = "{\"import\":\"in\",\"time\":\"1s\",\"id\":\"a\",\"text\":\"hi\"}\n";
  folder.write("messages.jsonl", line);
  folder.write("others.jsonl", replaced(line, "hi", "ho"));
  REQUIRE(folder.run({"capture", "make", "others.jsonl", "-o", "other.capture"}).status == 0);
  folder.write("secret.txt", "open sesame\n");
  folder.write("definitions.json",
               folder.run({"definitions", "export", "scenarios/exchange-types.toml"}).out);
  for (const std::vector<std::string>& command : kCommands) {
    const std::vector<std::string> example = example_of(folder, command);
    CAPTURE(example);
    const Outcome outcome = folder.run(example);
    INFO(outcome.out + outcome.err);
    // What it compares differs.
    const bool is_diff = command.back() == "diff";
    CHECK(outcome.status == (is_diff ? 1 : 0));
  }
}
