// A scenario against its row, where the test's own programs make it vary. How the command reports it is in
// tests/system/verify_test.cc.
#include "sim/regression/verification.h"

#include <fstream>

#include "dse/plain_component.h"
#include "support/catch.h"
#include "support/programs.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::atomic<bool> kNotInterrupted{false};

// The tables of dse with a kind `program`, whose components run what `program` returns each time.
Tables tables_with(const std::function<Program()>& program) {
  Tables tables = built_in_tables();
  tables.kinds.add({.name = "scripted", .read = [program](const KeyReader&) {
                      return make_component([program](const MakeContext& context) {
                        return make_component(program())->make(context);
                      });
                    }});
  return tables;
}

struct Fixture {
  TemporaryFolder folder;
  std::string path = folder.file("s.toml");
  int made = 0;
  int messages = 3;  // messages that the program `writer` writes the first time

  Fixture() {
    std::ofstream(path) << "[component.writer]\nkind = \"scripted\"\n"
                           "[component.reader]\nkind = \"watch\"\nfrom = \"numbers\"\n";
  }

  // The writer writes `more` messages more each time it is made.
  Verification verified(const FingerprintRow* kept, int more = 0) {
    const Tables tables = tables_with([&, this] { return writing("numbers", messages + more * made++, 10); });
    return verify(path, kept, {.tables = tables}, kNotInterrupted);
  }
};

}  // namespace

TEST_CASE("verification: a scenario is the same as its own row") {
  Fixture fixture;
  const Verification first = fixture.verified(nullptr);
  CHECK(first.verdict == Verdict::kNoRow);
  CHECK(first.now.file == "s.toml");
  CHECK(fixture.verified(&first.now).verdict == Verdict::kSame);
  fixture.messages = 4;
  const Verification other = fixture.verified(&first.now);
  CHECK(other.verdict == Verdict::kDiffers);
  CHECK(other.summary == "events, payload");
}

TEST_CASE("verification: what differs is replayed again, and said to be unsteady when it is") {
  Fixture fixture;
  const Verification first = fixture.verified(nullptr);
  fixture.messages = 4;
  const Verification unsteady = fixture.verified(&first.now, 1);
  CHECK(unsteady.verdict == Verdict::kNotDeterministic);
  CHECK(unsteady.summary == "events, payload of two replays");
  REQUIRE(unsteady.details.size() == 1);
  CHECK_THAT(unsteady.details[0], Catch::Matchers::EndsWith(" replay " + fixture.path + " --twice"));
  // Nor is a row made from a result that does not repeat.
  CHECK(fixture.verified(nullptr, 1).verdict == Verdict::kNotDeterministic);
}

TEST_CASE("verification: a run that stalls or breaks off has failed, and says why") {
  Fixture fixture;
  const auto verified = [&](const Program& program) {
    const Tables tables = tables_with([&] { return program; });
    return verify(fixture.path, nullptr, {.tables = tables}, kNotInterrupted);
  };
  const Verification stalled = verified({call([](Machine&) {})});
  CHECK(stalled.verdict == Verdict::kFailed);
  CHECK(stalled.summary == "stalled: work is pending and nothing can happen any more");
  REQUIRE(!stalled.details.empty());
  CHECK_THAT(stalled.details[0], ContainsSubstring("component 'writer' waits for nothing"));

  const Verification broken = verified({call([](Machine&) { throw RunError("the disk is full"); })});
  CHECK(broken.verdict == Verdict::kFailed);
  CHECK(broken.summary == "the disk is full");
}

TEST_CASE("verification: nothing is begun after an interrupt") {
  const Fixture fixture;
  const std::atomic<bool> interrupted{true};
  const Tables tables = built_in_tables();
  CHECK(verify(fixture.path, nullptr, {.tables = tables}, interrupted).verdict == Verdict::kInterrupted);
}
