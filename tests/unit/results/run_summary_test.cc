// What is read back from a run directory.
#include "sim/results/run_summary.h"

#include <fstream>

#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::string kFingerprint =
    "\"fingerprint\": {\"events\": \"1\", \"payload\": \"2\", \"draws\": \"3\", \"predictions\": \"4\", "
    "\"models\": \"5\"}";

struct Run {
  TemporaryFolder folder;

  RunSummary read(const std::string& more, const std::string& capture_path) const {
    std::ofstream(folder.file("summary.json"))
        << "{\"scenario\": \"a.toml\", \"scenario_hash\": \"1\", \"settings\": [], \"seed\": 1, "
           "\"capture\": \"0123456789abcdef\", \"until\": \"drained\", \"version\": \"0.1.0\", "
           "\"status\": \"completed\", " +
               more + "}";
    std::ofstream(folder.file("timing.json"))
        << "{\"scenario_path\": \"/x/a.toml\", \"capture_path\": \"" + capture_path + "\"}";
    return read_run_summary(folder.path());
  }
};

}  // namespace

TEST_CASE("a capture lies in the run directory, wherever that was moved to, or where it was") {
  const Run run;
  CHECK(run.read(kFingerprint, "capture").capture_path == run.folder.file("capture"));
  CHECK(run.read(kFingerprint, "/elsewhere/capture").capture_path == "/elsewhere/capture");
}

TEST_CASE("keys come in the order of the file, digests by name; a run that kept none has none") {
  const Run run;
  const RunSummary summary =
      run.read(kFingerprint + ", \"keys\": {\"component.w.kind\": \"watch\", \"component.a.batch\": 16}, " +
                   "\"data\": {\"images\": \"00000000000000ff\"}",
               "capture");
  CHECK(summary.keys == ScenarioKeys{{"component.w.kind", "\"watch\""}, {"component.a.batch", "16"}});
  CHECK(summary.data == DataDigests{{"images", 255}});
  CHECK_FALSE(run.read(kFingerprint, "capture").keys.has_value());
  CHECK_FALSE(run.read(kFingerprint, "capture").data.has_value());
}

TEST_CASE("a run on a broker has nothing to compare by events") {
  const Run run;
  CHECK_THAT(input_error([&] { run.read("\"metrics\": {}", "capture"); }),
             ContainsSubstring("is of a run on a broker: its events are in no record"));
}
