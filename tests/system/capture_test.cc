// Captures as a user sees them: the replay of an attached run, and what dse capture says about one. The
// attached runs are those of dse_live, which needs no real broker.
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "live_run.h"
#include "small_disk.h"
#include "support/catch.h"
#include "support/program_fixture.h"

TEST_CASE("capture: the replay has the five fingerprints of the attached run, on any number of threads") {
  for (const int seed : {7, 8, 9}) {
    const LiveRun live(seed);
    for (const char* threads : {"1", "4"}) {
      const Outcome outcome = live.replay({"--threads", threads});
      INFO(outcome.err);
      CHECK(outcome.status == 0);
      CHECK(live.replayed_fingerprints() == live.fingerprints);
    }
    const Json summary = live.summary(live.fixture.run());
    CHECK(summary["seed"] == seed);
    CHECK(summary["capture"].get<std::string>().size() == 16);
    CHECK(summary["metrics"]["import-digits.imported"].get<int>() +
              summary["metrics"]["door.imported"].get<int>() ==
          40);
    CHECK(summary["metrics"]["export-answers.exported"] == summary["metrics"]["watch.received"]);
  }
}

TEST_CASE("capture: without it the same scenario sees no imports, and another seed is another run") {
  const LiveRun live;
  CHECK(live.fixture.replay(live.scenario).status == 0);
  CHECK(live.summary(live.fixture.run())["metrics"]["door.imported"] == 0);
  CHECK_FALSE(live.summary(live.fixture.run()).contains("capture"));
  CHECK(live.replay({"--seed", "1"}).status == 0);
  CHECK(live.summary(live.fixture.run())["seed"] == 1);
  CHECK(live.replayed_fingerprints() != live.fingerprints);
}

TEST_CASE("capture: recorded, twice, and compared with itself and with another end") {
  const LiveRun live;
  const Outcome twice =
      run_process(dse_command({"replay", live.scenario, "--capture", live.capture, "--twice"}));
  CHECK_THAT(twice.out, Catch::Matchers::StartsWith("the same twice: "));
  REQUIRE(live.replay({"--record"}).status == 0);
  CHECK(live.replayed_fingerprints() == live.fingerprints);
  const std::string recorded = live.fixture.file("recorded");
  std::filesystem::rename(live.fixture.run(), recorded);
  REQUIRE(live.replay().status == 0);
  const Outcome same = run_process(dse_command({"diff", recorded, live.fixture.run()}));
  INFO(same.err);
  CHECK(same.status == 0);
  CHECK_THAT(same.out, Catch::Matchers::StartsWith("the same: "));
  CHECK_THAT(same.err, ContainsSubstring("has no record of its events; replaying it"));
  REQUIRE(live.replay({"--until", "10ms"}).status == 0);
  const Outcome other = run_process(dse_command({"diff", recorded, live.fixture.run()}));
  CHECK(other.status == 1);

  // The capture that the run without a record needs is changed, then gone.
  REQUIRE(live.replay().status == 0);
  REQUIRE(live.attached(7, 30, -1, live.capture).status == 0);
  const Outcome changed = run_process(dse_command({"diff", recorded, live.fixture.run()}));
  CHECK(changed.status == 2);
  std::filesystem::remove(live.capture);
  const Outcome gone = run_process(dse_command({"diff", recorded, live.fixture.run()}));
  CHECK(gone.status == 2);
  CHECK_THAT(gone.err, ContainsSubstring("its capture is not at '" + live.capture + "' any more"));
}

TEST_CASE("capture: one that was cut off is refused, and repeated as far as is asked") {
  const LiveRun live;
  REQUIRE(live.replay({"--until", "5ms"}).status == 0);
  const std::string expected = live.replayed_fingerprints();
  std::filesystem::remove_all(live.fixture.run());
  live.cut(0.6);
  live.check_refused({"capture: was cut off at byte ", ", in the middle of a record: ",
                      " messages are whole, the last at ", "; replay that much of it with --until "});
  live.check_refused({"capture: goes no further than "}, {"--until", "1min"});
  REQUIRE(live.replay({"--until", "5ms"}).status == 0);
  CHECK(live.replayed_fingerprints() == expected);
}

TEST_CASE("capture: what was flushed survives kill -9, and the advice that is given works") {
  const LiveRun live;
  REQUIRE(live.attached(7, 40, 25, live.capture).signal == SIGKILL);
  const Outcome refused = live.replay();
  CHECK(refused.status == 2);
  CHECK_THAT(refused.err, ContainsSubstring("was cut off at byte "));
  CHECK_THAT(refused.err, ContainsSubstring(": 25 messages are whole, the last at "));
  const std::string line = lines_of(refused.err).back();
  const std::string advice = line.substr(line.rfind("--until ") + 8);
  const Outcome outcome = live.replay({"--until", advice});
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  const Json metrics = live.summary(live.fixture.run())["metrics"];
  CHECK(metrics["import-digits.imported"].get<int>() + metrics["door.imported"].get<int>() == 25);
  CHECK_THAT(capture_command({"info", live.capture}).out, ContainsSubstring("cut off   at byte "));
}

TEST_CASE("capture: of another scenario, of none, of another state of it") {
  const LiveRun live;
  live.check_refused({"capture: is of another scenario, or of another state of it: live.toml (",
                      "replay the file that was attached, with the same --set"},
                     {"--set", "seed=5"});
  live.fixture.check_refused(live.scenario,
                             {"is not a capture: name the file 'capture' of the run directory"},
                             {"--capture", live.scenario});
}

TEST_CASE("capture: a file that is not there, is a folder, or goes on without end") {
  const LiveRun live;
  for (const auto& [file, expected] :
       {std::pair("none", "cannot be opened: No such file"), std::pair(".", "is not a file"),
        std::pair("/dev/zero", "is not a file")}) {
    const std::string path = std::string(file).starts_with("/") ? file : live.fixture.file(file);
    for (const auto& arguments : std::vector<std::vector<std::string>>{
             {"info", path}, {"cat", path}, {"diff", path, live.capture}, {"diff", live.capture, path}}) {
      const Outcome outcome = capture_command(arguments);
      CHECK(outcome.status == 2);
      CHECK_THAT(outcome.err, ContainsSubstring(expected));
    }
  }
}

TEST_CASE("capture: info says which run it was and what came in") {
  const LiveRun live;
  const Outcome outcome = capture_command({"info", live.capture});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("scenario  live.toml ("));
  CHECK_THAT(outcome.out, ContainsSubstring("\nseed      7\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("\nmessages  40, from 0."));
  CHECK_THAT(outcome.out, ContainsSubstring("\n  import-digits "));
  CHECK_THAT(outcome.out, ContainsSubstring("\n  door "));
  CHECK_THAT(outcome.out, ContainsSubstring("\nwhole     the run ended at 0."));
}

TEST_CASE("capture: cat prints a line a message, as many as are asked for") {
  const LiveRun live;
  const Outcome all = capture_command({"cat", live.capture});
  CHECK(all.status == 0);
  CHECK(lines_of(all.out).size() == 40);
  CHECK_THAT(lines_of(all.out)[3], ContainsSubstring(" foreign-3 key="));
  CHECK_THAT(lines_of(all.out)[3], ContainsSubstring("urgent = "));
  CHECK_THAT(lines_of(all.out)[3], ContainsSubstring(" 784 bytes "));
  CHECK(lines_of(capture_command({"cat", live.capture, "--count", "3"}).out).size() == 3);
  CHECK(capture_command({"cat", live.capture, "--count", "0"}).out.empty());
  CHECK(capture_command({"cat", live.capture, "--count", "-1"}).status == 2);
  live.cut(0.5);
  const Outcome cut = capture_command({"cat", live.capture});
  CHECK(cut.status == 0);
  CHECK(lines_of(cut.out).size() < 40);
  CHECK(all.out.starts_with(cut.out));
  CHECK_THAT(cut.err, ContainsSubstring("capture was cut off at byte "));
}

TEST_CASE("capture: diff finds the first message that differs") {
  const LiveRun live;
  const std::string copy = live.fixture.file("copy");
  std::filesystem::copy_file(live.capture, copy);
  const Outcome same = capture_command({"diff", live.capture, copy});
  CHECK(same.status == 0);
  CHECK(same.out == "the same: 40 messages\n");

  const std::string fewer = live.fixture.file("fewer");
  REQUIRE(live.attached(7, 39, -1, fewer).status == 0);
  const Outcome one_more = capture_command({"diff", live.capture, fewer});
  CHECK(one_more.status == 1);
  CHECK_THAT(one_more.out, Catch::Matchers::StartsWith("message 39 is in one alone\n  A: 0."));
  CHECK_THAT(one_more.out, ContainsSubstring("\n  B: the run ended at 0."));

  const std::string other = live.fixture.file("other");
  REQUIRE(live.attached(8, 40, -1, other).status == 0);
  const Outcome seeds = capture_command({"diff", live.capture, other});
  CHECK(seeds.status == 1);
  CHECK(seeds.out == "of different runs: seed 7 and 8\n");

  live.cut(0.5);
  const Outcome cut = capture_command({"diff", live.capture, copy});
  CHECK(cut.status == 1);
  CHECK_THAT(cut.out, ContainsSubstring("\n  A: it was cut off at byte "));
  std::filesystem::copy_file(live.capture, copy, std::filesystem::copy_options::overwrite_existing);
  CHECK_THAT(capture_command({"diff", live.capture, copy}).out,
             ContainsSubstring(" messages, both cut off\n"));
}

TEST_CASE("capture: a disk that fills up while it is written leaves what is whole") {
  const LiveRun live;
  const SmallDisk disk(live.fixture.file("disk"), "16k");
  if (!disk.mounted()) {
    WARN("a full disk was not tested: no file system can be mounted here (" << disk.reason() << ")");
    return;
  }
  const std::string path = live.fixture.file("disk/capture");
  const Outcome full = live.attached(7, 400, -1, path);
  CHECK(full.status == 3);
  CHECK_THAT(full.err, ContainsSubstring("cannot write the capture '" + path + "': No space left on device"));
  const Outcome info = capture_command({"info", path});
  CHECK(info.status == 0);
  CHECK_THAT(info.out, ContainsSubstring("cut off   at byte "));
}
