// A capture belongs to a scenario by the keys that were read, and to a run by the data that the run read.
#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace {

// One import and a generator of ten images of one pixel each.
struct Live {
  ProgramFixture fixture;
  std::string text =
      "seed = 7\n"
      "[[gateway.import]]\nqueue = \"theirs\"\nto = \"digits\"\n"
      "[component.generator]\nkind = \"training-generator\"\nimages = \"images\"\nlabels = \"labels\"\n"
      "to = \"digits\"\nrate = \"1000/s\"\norder = \"file\"\n"
      "[component.echo]\nkind = \"echo\"\nfrom = \"digits\"\n";
  std::string scenario;
  std::string capture = fixture.file("capture");

  Live() {
    put_images("0123456789");
    fixture.write("labels", idx_header(0x08, {10}) + std::string(10, '\1'));
    scenario = fixture.write("live.toml", text);
    const Outcome outcome =
        run_process({.program = DSE_LIVE_BINARY, .arguments = {scenario, capture, "7", "20", "-1"}});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
  }
  void put_images(const std::string& pixels) const {
    fixture.write("images", idx_header(0x08, {10, 1, 1}) + pixels);
  }
  Outcome replay(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--capture", capture});
    return fixture.replay(scenario, more);
  }
};

}  // namespace

TEST_CASE("captured state: another text of the same scenario is the same") {
  const Live live;
  CHECK(live.replay().status == 0);
  const std::string before = read_file(live.fixture.run() + "/summary.json");
  std::string crlf = "# as another checkout has it\r\n";
  for (const char c : live.text) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  live.fixture.write("live.toml", crlf);
  const Outcome outcome = live.replay();
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(read_file(live.fixture.run() + "/summary.json") == before);
  CHECK(live.replay({"--set", "seed=7"}).status == 0);
  const Outcome other = live.replay({"--set", "component.echo.service=1us"});
  CHECK(other.status == 2);
  CHECK_THAT(other.err, ContainsSubstring("is of another scenario, or of another state of it"));
}

TEST_CASE("captured state: on other data it is refused, with both digests of the file") {
  const Live live;
  live.put_images("1023456789");
  const Outcome outcome = live.replay();
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring(live.capture + ": is of a run on other data: images was "));
  CHECK_THAT(outcome.err, ContainsSubstring("; replay it with the files as they were"));
  live.put_images("0123456789");
  CHECK(live.replay().status == 0);
}

TEST_CASE("captured state: info shows the digests, and diff compares them") {
  const Live live;
  const Outcome info = run_process(dse_command({"capture", "info", live.capture}));
  CHECK_THAT(info.out, ContainsSubstring("\ndata      images ("));
  CHECK_THAT(info.out, ContainsSubstring("\ndata      labels ("));
  live.put_images("1023456789");
  const std::string other = live.fixture.file("other");
  REQUIRE(run_process({.program = DSE_LIVE_BINARY, .arguments = {live.scenario, other, "7", "20", "-1"}})
              .status == 0);
  const Outcome diff = run_process(dse_command({"capture", "diff", live.capture, other}));
  CHECK(diff.status == 1);
  CHECK_THAT(diff.out, Catch::Matchers::StartsWith("of different runs: data: images was "));
}
