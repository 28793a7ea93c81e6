// An attached run without a real broker, its capture, and the replay of it.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/program_fixture.h"

using Json = nlohmann::json;

// A model that learns from and answers what a generator, a camera and an import bring.
inline std::string live_scenario() {
  return "title = \"live\"\n[bus]\nlatency = \"50us\"\n"
         "[[gateway.import]]\nqueue = \"theirs\"\nto = \"digits\"\n"
         "[[gateway.import]]\nexchange = \"more\"\nto = \"digits\"\nname = \"door\"\n"
         "[[gateway.export]]\nfrom = \"answers\"\nexchange = \"ours\"\n"
         "[[binding]]\nfrom = [\"digits\", \"camera\"]\nto = \"model\"\n"
         "[component.trainer]\nkind = \"training-generator\"\nimages = \"" +
         kSample + "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample +
         "train-labels-idx1-ubyte.gz\"\nto = \"digits\"\nrate = \"2000/s\"\nlimit = 60\n"
         "[component.camera]\nkind = \"production-source\"\nimages = \"" +
         kSample +
         "t10k-images-idx3-ubyte.gz\"\nslice = [0, 20]\nto = \"camera\"\nrate = \"500/s\"\narrivals = "
         "\"poisson\"\n"
         "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"model\"\nto = \"answers\"\n"
         "[component.watch]\nkind = \"watch\"\nfrom = \"answers\"\n";
}

struct LiveRun {
  ProgramFixture fixture;
  std::string scenario = fixture.write("live.toml", live_scenario());
  std::string capture = fixture.file("capture");
  std::string fingerprints;  // the five, in one line

  explicit LiveRun(int seed = 7, int messages = 40) {
    const Outcome outcome = attached(seed, messages, -1, capture);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    fingerprints = outcome.out;
  }
  Outcome attached(int seed, int messages, int killed_after, const std::string& to) const {
    return run_process({.program = DSE_LIVE_BINARY,
                        .arguments = {scenario, to, std::to_string(seed), std::to_string(messages),
                                      std::to_string(killed_after)}});
  }
  Outcome replay(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--capture", capture});
    return fixture.replay(scenario, more);
  }
  Json summary(const std::string& run) const { return Json::parse(read_file(run + "/summary.json")); }
  std::string replayed_fingerprints() const {
    const Json prints = summary(fixture.run())["fingerprint"];
    std::string line;
    for (const char* name : {"events", "payload", "draws", "predictions", "models"})
      line += (line.empty() ? "" : " ") + prints[name].get<std::string>();
    return line + "\n";
  }
  void check_refused(const std::vector<std::string>& messages, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--capture", capture});
    fixture.check_refused(scenario, messages, more);
  }
  // Keeps only this share of the capture.
  void cut(double share) const {
    std::filesystem::resize_file(
        capture,
        static_cast<std::uintmax_t>(share * static_cast<double>(std::filesystem::file_size(capture))));
  }
};

inline Outcome capture_command(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "capture");
  return run_process(dse_command(arguments));
}
