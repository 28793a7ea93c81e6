// A scenario is identified by the keys that were read; the look of its text does not matter.
#include "sim/scenario/scenario_keys.h"

#include <fstream>

#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::string kText =
    "title = \"two\"\n"
    "[resource.\"a.b\"]\nprefetch = 7\n"
    "[[binding]]\nfrom = \"a.b\"\nto = [\"c\", \"d\"]\nheaders = { label = 7, \"it's\" = 1.5 }\n"
    "[[binding]]\nfrom = \"c\"\nto = \"e\"\n"
    "[component.w]\nkind = \"watch\"\nfrom = \"c\"\n"
    "[component.e]\nkind = \"echo\"\nfrom = \"a.b\"\nservice = \"1us\"\n";

Scenario read(const std::string& text, const std::vector<std::string>& settings = {}) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("s.toml"), std::ios::binary) << text;
  return read_scenario(folder.file("s.toml"), built_in_tables(), settings);
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  REQUIRE(text.find(from) != std::string::npos);
  return text.replace(text.find(from), from.size(), to);
}

std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return result;
}

}  // namespace

TEST_CASE("the keys of a scenario: sorted, but for components; lists of tables by number") {
  const ScenarioKeys expected = {{"binding.0.from", "\"a.b\""},      {"binding.0.headers.\"it's\"", "1.5"},
                                 {"binding.0.headers.label", "7"},   {"binding.0.to", "[\"c\",\"d\"]"},
                                 {"binding.1.from", "\"c\""},        {"binding.1.to", "\"e\""},
                                 {"resource.\"a.b\".prefetch", "7"}, {"title", "\"two\""},
                                 {"component.w.from", "\"c\""},      {"component.w.kind", "\"watch\""},
                                 {"component.e.from", "\"a.b\""},    {"component.e.kind", "\"echo\""},
                                 {"component.e.service", "\"1us\""}};
  CHECK(*read(kText).keys == expected);
  CHECK(find_text(expected, "component.w.from") == "c");
  CHECK(find_text(expected, "component.w.to") == std::nullopt);
  CHECK(find_text(expected, "resource.\"a.b\".prefetch") == std::nullopt);  // a number
}

TEST_CASE("a scenario's hash does not depend on how its text looks") {
  const std::uint64_t hash = read(kText).hash;
  CHECK(read(with_crlf(kText)).hash == hash);
  CHECK(read("\xef\xbb\xbf" + kText).hash == hash);
  CHECK(read("# a word\n\n" + kText + "# another\n").hash == hash);
  CHECK(read(replaced(kText, "prefetch = 7", "prefetch=0x7")).hash == hash);
  CHECK(read(replaced(kText, "title = \"two\"", "\"title\" = 'two'\nexpect = []")).hash == hash);
  // Tables in another order, one of them inline.
  CHECK(read(replaced(replaced(kText, "[resource.\"a.b\"]\nprefetch = 7\n", ""), "[component.w]",
                      "[resource]\n\"a.b\" = { prefetch = 7 }\n[component.w]"))
            .hash == hash);
}

TEST_CASE("a scenario's hash depends on everything that was read") {
  const std::uint64_t hash = read(kText).hash;
  CHECK(read(replaced(kText, "label = 7", "label = 8")).hash != hash);
  CHECK(read(replaced(kText, "label = 7", "label = 7.0")).hash != hash);
  CHECK(read(replaced(kText, "label = 7", "label = \"7\"")).hash != hash);
  CHECK(read(replaced(kText, "label = 7, ", "")).hash != hash);
  CHECK(read(replaced(kText, "[\"c\", \"d\"]", "[\"d\", \"c\"]")).hash != hash);
  CHECK(read(replaced(kText, "service = \"1us\"\n", "")).hash != hash);
  CHECK(read(replaced(kText, "component.w]", "component.v]")).hash != hash);
  // Components that start at one time start in the order of the file.
  const std::string first = "[component.w]\nkind = \"watch\"\nfrom = \"c\"\n";
  CHECK(read(replaced(kText, first, "") + first).hash != hash);
}

TEST_CASE("settings are part of a scenario as what they set, whatever their order") {
  const std::vector<std::string> settings = {"seed=5", "component.e.service=2us"};
  const std::uint64_t hash = read(kText, settings).hash;
  CHECK(hash != read(kText).hash);
  CHECK(read(kText, {settings[1], settings[0]}).hash == hash);
  CHECK(read("seed = 5\n" + replaced(kText, "1us", "2us")).hash == hash);
  CHECK(read(kText, {"component.e.service=1us"}).hash == read(kText).hash);
  // When two settings have the same key, the last one counts.
  CHECK(read(kText, {"seed=5", "seed=6"}).hash != read(kText, {"seed=6", "seed=5"}).hash);
}
