#include "sim/results/line_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "dse/error.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

}  // namespace

TEST_CASE("line files: each has its lines in order, however they come among those of others") {
  const unsigned seed = Catch::rngSeed();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const TemporaryFolder place;
  LineFiles files;
  std::map<std::string, LineSink> sinks;
  std::map<std::string, std::string> expected;
  for (int number = 0; number < 20; ++number) {
    const std::string path = place.file(std::to_string(number) + ".log");
    sinks[path] = files.open(path);
    expected[path] = "";
  }
  const std::size_t before = open_descriptors();
  for (int line = 0; line < 20'000; ++line) {
    const std::string path = place.file(std::to_string(random() % 20) + ".log");
    const bool is_long = random() % 1000 == 0;
    const std::string text(random() % (is_long ? 3 * LineFiles::kOfFileMax : 100),
                           static_cast<char>('a' + line % 26));
    sinks[path](text);
    expected[path] += text + "\n";
    if (random() % 5000 == 0) files.flush();
  }
  CHECK(open_descriptors() == before);
  files.flush();
  for (const auto& [path, text] : expected) CHECK(content(path) == text);
}

TEST_CASE("line files: what gathers for all of them is bounded") {
  const TemporaryFolder place;
  LineFiles files;
  std::vector<LineSink> sinks;
  const std::string line(LineFiles::kOfFileMax / 2, 'x');
  const std::size_t count = LineFiles::kOfAllMax / (line.size() + 1) + 1;
  const auto path_of = [&](std::size_t number) { return place.file(std::to_string(number)); };
  for (std::size_t number = 0; number < count; ++number) sinks.push_back(files.open(path_of(number)));
  for (std::size_t number = 0; number + 1 < count; ++number) sinks[number](line);
  CHECK(content(path_of(0)).empty());
  sinks.back()(line);
  CHECK(content(path_of(0)) == line + "\n");
  CHECK(content(path_of(count - 1)) == line + "\n");
}

TEST_CASE("line files: a file that is there is emptied, one that goes away is missed") {
  const TemporaryFolder place;
  const std::string path = place.file("a.log");
  std::ofstream(path) << "old";
  LineFiles files;
  files.open(path)("new");
  CHECK(files.has(path));
  CHECK_FALSE(files.has(place.file("b.log")));
  CHECK(content(path).empty());
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(files.flush(), ContainsSubstring("cannot write '" + path + "': No such file"));
  CHECK_THROWS_AS(files.open(place.file("none/a.log")), RunError);
}
