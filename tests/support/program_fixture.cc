#include "support/program_fixture.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "support/catch.h"

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  if (!fs::exists(folder)) return names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> sample_scenarios() {
  std::vector<std::string> result;
  for (const std::string& name : names_in(kScenarios)) {
    if (!name.ends_with(".toml")) continue;
    const std::string text = read_file(kScenarios + name);
    const bool fetched = std::ranges::any_of(kFetchedSets, [&text](const std::string& set) {
      return text.find("data/" + set + "/") != std::string::npos;
    });
    if (!fetched) result.push_back(fs::path(name).stem().string());
  }
  return result;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("there is no '" + from + "' to replace");
  return text.replace(at, from.size(), to);
}

std::string small_scenario() {
  return "title = \"Ten digits\"\n"
         "[component.generator]\n"
         "kind = \"training-generator\"\n"
         "images = \"" +
         kSample +
         "train-images-idx3-ubyte.gz\"\n"
         "labels = \"" +
         kSample +
         "train-labels-idx1-ubyte.gz\"\n"
         "to = \"digits\"\n"
         "rate = \"1000/s\"\n"
         "limit = 10\n"
         "[component.echo]\n"
         "kind = \"echo\"\n"
         "from = \"digits\"\n";
}

Command dse_command(std::vector<std::string> arguments) {
  return {.program = DSE_BINARY, .arguments = std::move(arguments), .folder = DSE_SOURCE_DIR};
}

std::string ProgramFixture::write(const std::string& name, const std::string& content) const {
  const std::string path = file(name);
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
  return path;
}

Command ProgramFixture::replay_command(const std::string& scenario,
                                       const std::vector<std::string>& more) const {
  std::vector<std::string> arguments = {"replay", scenario, "--out", run()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return dse_command(std::move(arguments));
}

void ProgramFixture::check_refused(const std::string& scenario, const std::vector<std::string>& messages,
                                   const std::vector<std::string>& more) const {
  const Outcome outcome = replay(scenario, more);
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.status == 2);
  CHECK(outcome.out == "");
  const std::vector<std::string> lines = lines_of(outcome.err);
  REQUIRE(!lines.empty());
  CHECK_THAT(lines.back(), Catch::Matchers::StartsWith("dse: "));
  for (const std::string& message : messages) CHECK_THAT(lines.back(), ContainsSubstring(message));
  CHECK(runs() == std::vector<std::string>());
}
