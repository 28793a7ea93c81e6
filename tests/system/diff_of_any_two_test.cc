// dse diff of runs that were set up differently: it says how, then where the events diverge.
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "compared_runs.h"
#include "support/catch.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace fs = std::filesystem;

namespace {

const std::string kOfAAndB = ", were asked for different things:\n";

struct Pair {
  ProgramFixture fixture;
  std::string a;

  explicit Pair(const std::string& text = small_scenario()) {
    a = run_of(fixture, fixture.write("s.toml", text), "a", {"--record"});
  }
  std::string b(const std::string& text, std::vector<std::string> options = {"--record"}) const {
    return run_of(fixture, fixture.write("s.toml", text), "b", std::move(options));
  }
};

// Ten images of one pixel in plain files, in the file's order.
std::string pixels_scenario(const ProgramFixture& fixture, const std::string& pixels) {
  fixture.write("images", idx_header(0x08, {10, 1, 1}) + pixels);
  fixture.write("labels", idx_header(0x08, {10}) + std::string(10, '\1'));
  return fixture.write("pixels.toml",
                       "[component.generator]\nkind = \"training-generator\"\nimages = \"images\"\n"
                       "labels = \"labels\"\nto = \"digits\"\nrate = \"1000/s\"\norder = \"file\"\n"
                       "[component.echo]\nkind = \"echo\"\nfrom = \"digits\"\n");
}

}  // namespace

TEST_CASE("diff: another scenario text with the same keys is the same run") {
  const Pair pair;
  std::string text = "# a comment\r\n";
  for (const char c : small_scenario()) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Outcome outcome = diff(pair.a, pair.b(text));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, Catch::Matchers::StartsWith("the same: "));
}

TEST_CASE("diff: a changed key is named with both values, and then the event in which the runs part") {
  const Pair pair;
  const std::string b = pair.b(replaced(small_scenario(), "1000/s", "500/s"));
  const Outcome outcome = diff(pair.a, b);
  CHECK(outcome.status == 1);
  CHECK(outcome.err == "");
  CHECK_THAT(outcome.out,
             Catch::Matchers::StartsWith("A, " + pair.a + ", and B, " + b + kOfAAndB +
                                         "  component.generator.rate: \"1000/s\" in A, \"500/s\" in B\n\n"
                                         "the first event that differs is #"));
}

TEST_CASE("diff: settings, seed, ordering and end are named") {
  const Pair pair;
  const std::string b = pair.b(small_scenario(), {"--record", "--seed", "3", "--ordering", "2", "--until",
                                                  "5ms", "--set", "bus.latency=40us"});
  const Outcome outcome = diff(pair.a, b);
  CHECK(outcome.status == 1);
  for (const char* line : {"\n  settings: none in A, bus.latency=40us in B\n", "\n  seed: 1 in A, 3 in B\n",
                           "\n  ordering: 0 in A, 2 in B\n", "\n  until: drained in A, 5ms in B\n",
                           "\n  bus.latency: \"40us\" in B alone\n"})
    CHECK_THAT(outcome.out, ContainsSubstring(line));
}

TEST_CASE("diff: a key that changes no event is named, and the events are said to be the same") {
  const Pair pair;
  const Outcome outcome = diff(pair.a, pair.b("seed = 1\n" + replaced(small_scenario(), "Ten", "All ten")));
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out,
             ContainsSubstring("\n  seed: 1 in B alone\n  title: \"Ten digits\" in A, \"All ten "
                               "digits\" in B\n\nevery event is the same, whatever was asked for: "));
}

TEST_CASE("diff: components and resources that were renamed or are missing") {
  const Pair pair;
  const std::string b = pair.b(replaced(small_scenario(), "[component.echo]", "[component.log]") +
                               "[component.more]\nkind = \"watch\"\nfrom = \"nothing\"\n");
  const Outcome outcome = diff(pair.a, b);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("\n  component 'echo' of A is 'log' in B\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("\n  component 'more' is in B alone\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("\n  resource 'nothing' is in B alone\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("\nthe first event that differs is #"));
}

TEST_CASE("diff: two scenarios that have nothing in common") {
  const Pair pair;
  const std::string b = run_of(pair.fixture, kScenarios + "route-by-key.toml", "b", {});
  const Outcome outcome = diff(pair.a, b);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.out, ContainsSubstring("\n  scenario: s.toml in A, route-by-key.toml in B\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("\nthe first event that differs is #"));
}

TEST_CASE("diff: data that changed since is no reason to replay on what is there now") {
  const ProgramFixture fixture;
  const std::string scenario = pixels_scenario(fixture, "0123456789");
  const std::string a = run_of(fixture, scenario, "a", {});
  pixels_scenario(fixture, "1023456789");
  const std::string b = run_of(fixture, scenario, "b", {});
  const Outcome outcome = diff(a, b);
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.out, ContainsSubstring("\n  data images: "));
  CHECK_THAT(outcome.err,
             ContainsSubstring(a + ": has no record of its events: replay it again with --record; "
                                   "its data changed since: images was "));
  // With the data restored, the run can be repeated; the first event with another payload differs.
  pixels_scenario(fixture, "0123456789");
  CHECK_THAT(diff(b, a).err, ContainsSubstring(b + ": has no record of its events"));
  const std::string recorded = run_of(fixture, scenario, "recorded", {"--record"});
  CHECK(diff(a, recorded).status == 0);
}

TEST_CASE("diff: the summaries of runs on other data differ, whatever a replay says") {
  const ProgramFixture fixture;
  const std::string scenario = pixels_scenario(fixture, "0123456789");
  const std::string a = run_of(fixture, scenario, "a", {});
  pixels_scenario(fixture, "1023456789");
  const std::string b = run_of(fixture, scenario, "b", {});
  // Older versions wrote the summaries in this way, without digests.
  for (const std::string& run : {a, b}) {
    auto json = nlohmann::ordered_json::parse(read_file(run + "/summary.json"));
    json.erase("data");
    std::ofstream(run + "/summary.json") << json.dump(2);
  }
  const Outcome outcome = diff(a, b);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, ContainsSubstring("this replay gave other fingerprints than the summary of " + a));
  CHECK_THAT(outcome.out,
             ContainsSubstring("every event is the same, but the fingerprints in the two summaries "
                               "differ: payload"));
}

TEST_CASE("summary: the digest of every data file, under the name that the scenario has for it") {
  const ProgramFixture fixture;
  const std::string run = run_of(fixture, pixels_scenario(fixture, "0123456789"), "a", {});
  const auto data = nlohmann::json::parse(read_file(run + "/summary.json"))["data"];
  REQUIRE(data.size() == 2);
  CHECK(data["images"].get<std::string>().size() == 16);
  const auto keys = nlohmann::json::parse(read_file(run + "/summary.json"))["keys"];
  CHECK(keys["component.generator.images"] == "images");
}
