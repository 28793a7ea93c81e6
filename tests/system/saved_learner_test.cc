// --save-models, and models that start from what it wrote.
#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "dse/hash.h"
#include "support/catch.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace {

using Names = std::vector<std::string>;

const Names kLearners = {"softmax", "mlp", "lenet5", "quadratic"};

// Four models, each named after its learner, and a generator of these training images in the order of the
// file.
std::string training_scenario(int first, int last) {
  std::string text = "[component.generator]\nkind = \"training-generator\"\nimages = \"" + kSample +
                     "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample +
                     "train-labels-idx1-ubyte.gz\"\nto = \"digits\"\nrate = \"10000/s\"\norder = \"file\"\n"
                     "slice = [" +
                     std::to_string(first) + ", " + std::to_string(last) + "]\n";
  for (const std::string& learner : kLearners) {
    text += "[component." + learner + "]\nkind = \"model\"\nlearner = \"" + learner + "\"\nfrom = \"digits-" +
            learner +
            "\"\nto = \"answers\"\n[[binding]]\nfrom = \"digits\"\nto = "
            "\"digits-" +
            learner + "\"\n";
  }
  return text;
}

// The same, starting from the models that another run left in `folder`.
std::string continued_scenario(int first, int last, const std::string& folder) {
  std::string text = training_scenario(first, last);
  for (const std::string& learner : kLearners) {
    const std::string key = "learner = \"" + learner + "\"\n";
    text = replaced(text, key, key + "initial = \"" + folder + "/" + learner + ".learner\"\n");
  }
  return text;
}

// A model that only predicts: ten digits, whose truth is known.
std::string asking_scenario(const std::string& learner, const std::string& initial) {
  return "[component.camera]\nkind = \"production-source\"\nimages = \"" + kSample +
         "t10k-images-idx3-ubyte.gz\"\ntruth = \"" + kSample +
         "t10k-labels-idx1-ubyte.gz\"\nto = \"camera\"\nrate = \"1000/s\"\n"
         "[component.model]\nkind = \"model\"\nlearner = \"" +
         learner + "\"\nfrom = \"camera\"\nto = \"answers\"\ninitial = \"" + initial + "\"\n";
}

nlohmann::json summary(const ProgramFixture& fixture) {
  return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
}

void require_replayed(const ProgramFixture& fixture, const std::string& scenario, const Names& more = {}) {
  const Outcome outcome = fixture.replay(scenario, more);
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
}

// What a run of the small scenario with one softmax model saves.
std::string saved_softmax() {
  const ProgramFixture fixture;
  require_replayed(fixture,
                   fixture.write("s.toml", small_scenario() +
                                               "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\n"
                                               "from = \"digits\"\nto = \"answers\"\n"),
                   {"--save-models"});
  return read_file(fixture.run() + "/model.learner");
}

void check_state_refused(const std::string& bytes, const std::string& message) {
  const ProgramFixture fixture;
  const std::string path = fixture.write("model.learner", bytes);
  fixture.check_refused(fixture.write("s.toml", asking_scenario("softmax", "model.learner")),
                        {"s.toml:12:11: component.model.initial: " + path + ": " + message});
}

// The bytes with the checksum that they would have had when written.
std::string sealed(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  const std::uint64_t hash = dse::hash_text(bytes);
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(hash >> shift & 255);
  return bytes;
}

}  // namespace

TEST_CASE("saved learner: a file for each model, only when asked for, on any number of threads") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", training_scenario(0, 603));
  require_replayed(fixture, scenario);
  CHECK(names_in(fixture.run()) == Names{"classes.csv", "confusion.csv", "latencies.csv", "metrics.csv",
                                         "summary.json", "timing.json", "topology.json"});
  require_replayed(fixture, scenario, {"--save-models", "--threads", "1"});
  CHECK(names_in(fixture.run()) == Names{"classes.csv", "confusion.csv", "latencies.csv", "lenet5.learner",
                                         "metrics.csv", "mlp.learner", "quadratic.learner", "softmax.learner",
                                         "summary.json", "timing.json", "topology.json"});
  std::vector<std::string> once;
  for (const std::string& learner : kLearners) {
    once.push_back(read_file(fixture.run() + "/" + learner + ".learner"));
    CHECK(once.back().starts_with("DSELEARN"));
  }
  for (const std::string threads : {"2", "4"}) {
    require_replayed(fixture, scenario, {"--save-models", "--threads", threads});
    for (std::size_t at = 0; at < kLearners.size(); ++at) {
      INFO(kLearners[at] << " on " << threads << " threads");
      CHECK((read_file(fixture.run() + "/" + kLearners[at] + ".learner") == once[at]));
    }
  }
}

TEST_CASE("saved learner: training in two runs gives the bytes of training in one") {
  const ProgramFixture whole;
  require_replayed(whole, whole.write("s.toml", training_scenario(0, 803)), {"--save-models"});
  const ProgramFixture first;
  require_replayed(first, first.write("s.toml", training_scenario(0, 320)), {"--save-models"});
  const ProgramFixture second;
  require_replayed(second, second.write("s.toml", continued_scenario(320, 803, first.run())),
                   {"--save-models"});
  CHECK(summary(second)["fingerprint"]["models"] == summary(whole)["fingerprint"]["models"]);
  CHECK(summary(second)["metrics"]["mlp.trained"] == 483);
  for (const std::string& learner : kLearners) {
    INFO(learner);
    const std::string file = "/" + learner + ".learner";
    CHECK((read_file(second.run() + file) == read_file(whole.run() + file)));
    CHECK((read_file(second.run() + file) != read_file(first.run() + file)));
  }
}

TEST_CASE(
    "saved learner: a model that starts from it knows what was learned, by a path beside the scenario") {
  const ProgramFixture fixture;
  require_replayed(fixture, fixture.write("train.toml", training_scenario(0, 2000)), {"--save-models"});
  for (const std::string& learner : kLearners) {
    std::filesystem::copy_file(fixture.run() + "/" + learner + ".learner",
                               fixture.file(learner + ".learner"));
  }
  for (const std::string& learner : kLearners) {
    INFO(learner);
    const std::string scenario = fixture.write("ask.toml", asking_scenario(learner, learner + ".learner"));
    require_replayed(fixture, scenario, {"--save-models"});
    const nlohmann::json metrics = summary(fixture)["metrics"];
    CHECK(metrics["model.trained"] == 0);
    CHECK(metrics["model.predicted"] == 500);
    CHECK(metrics["model.accuracy"].get<double>() > 0.8);
    CHECK((read_file(fixture.run() + "/model.learner") == read_file(fixture.file(learner + ".learner"))));
    CHECK(run_process(dse_command({"check", scenario})).status == 0);
  }
}

TEST_CASE("saved learner: a file that is none") {
  check_state_refused("title = \"A scenario\"\n",
                      "is not a learner's state: it does not begin with DSELEARN; name a file that "
                      "`dse replay --save-models` wrote");
  check_state_refused("", "is empty: bring it again; name a file that `dse replay --save-models` wrote");
}

TEST_CASE("saved learner: another format version") {
  std::string bytes = saved_softmax();
  bytes[8] = 9;
  check_state_refused(
      sealed(bytes),
      "is a learner's state of format version 9; this program reads version 1: save it anew with "
      "`dse replay --save-models`");
}

TEST_CASE("saved learner: cut short, damaged, and with something at its end") {
  const std::string bytes = saved_softmax();
  const std::string size = std::to_string(bytes.size());
  check_state_refused(bytes.substr(0, 1000),
                      "is cut short: it has 1000 of its " + size + " bytes; copy it again");
  check_state_refused(bytes.substr(0, 15), "is cut short: it has 15 bytes in all; copy it again");
  std::string damaged = bytes;
  damaged[5000] = static_cast<char>(damaged[5000] ^ 4);
  check_state_refused(damaged, "is damaged: its checksum does not match; copy it again, or save it anew");
  check_state_refused(bytes + "\n", "has trailing bytes: it says that it has " + size);
  const std::string packed = gzip(bytes);
  check_state_refused(packed.substr(0, packed.size() / 2), "the gzip data is cut short");
}

TEST_CASE("saved learner: a state that no learner writes") {
  std::string bytes = saved_softmax();
  bytes.replace(43, 4, std::string("\0\0\xc0\x7f", 4));
  check_state_refused(sealed(bytes),
                      "holds a number that is not finite, which no learner of this version has "
                      "saved: save it anew with `dse replay --save-models`");
}

TEST_CASE("saved learner: of another learner, other images, other classes") {
  const ProgramFixture fixture;
  const std::string path = fixture.write("softmax.learner", saved_softmax());
  const std::string scenario = fixture.write("s.toml", asking_scenario("softmax", "softmax.learner"));
  fixture.check_refused(scenario,
                        {"s.toml:12:11: component.model.initial: " + path +
                         ": is the state of the learner softmax, but the model's is mlp: set `learner = "
                         "\"softmax\"`, or name another file"},
                        {"--set", "component.model.learner=mlp"});
  fixture.check_refused(scenario,
                        {"was learned from images of 28 x 28, but the model takes images of 20 x 28: feed it "
                         "what it was learned from, or name another file"},
                        {"--set", "component.model.shape=[20, 28]"});
  fixture.check_refused(scenario,
                        {"has 10 classes, but the model has 12: set `classes = 10`, or name another file"},
                        {"--set", "component.model.classes=12"});
}

TEST_CASE("saved learner: no file, a folder, a device, a file that is too large") {
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("s.toml", asking_scenario("softmax", "none.learner"));
  const std::string remedy = "; name a file that `dse replay --save-models` wrote";
  fixture.check_refused(scenario, {"s.toml:12:11: component.model.initial: " + fixture.file("none.learner") +
                                   ": there is no such file" + remedy});
  fixture.check_refused(scenario,
                        {"--set component.model.initial: ", ": is a folder, expected a file" + remedy},
                        {"--set", "component.model.initial=."});
  fixture.check_refused(scenario, {"/dev/zero: is not an ordinary file" + remedy},
                        {"--set", "component.model.initial=/dev/zero"});
  const std::string large = fixture.write("large", saved_softmax());
  std::filesystem::resize_file(large, std::uintmax_t{1} << 36);  // mostly a hole
  fixture.check_refused(scenario, {"large: has more than 536870912 bytes, which no learner needs" + remedy},
                        {"--set", "component.model.initial=large"});
}

TEST_CASE(
    "prequential accuracy: overall, over a window and faded, as metrics, as curves and in expectations") {
  const ProgramFixture fixture;
  const std::string expectations =
      "[[expect]]\nmetric = \"mlp.prequential_accuracy_window\"\nmin = 0.5\n"
      "[[expect]]\nmetric = \"mlp.prequential_accuracy_faded\"\nmin = 0.5\n";
  const std::string scenario = fixture.write("s.toml", training_scenario(0, 2000) + expectations);
  require_replayed(fixture, scenario, {"--set", "metrics.window=200", "--set", "metrics.fading=0.99"});
  nlohmann::json metrics = summary(fixture)["metrics"];
  const double overall = metrics["mlp.prequential_accuracy"].get<double>();
  CHECK(metrics["mlp.prequential_accuracy_window"].get<double>() > overall);
  CHECK(metrics["mlp.prequential_accuracy_faded"].get<double>() > overall);
  const Names curves = lines_of(read_file(fixture.run() + "/metrics.csv"));
  for (const std::string metric : {"", "_window", "_faded"}) {
    INFO(metric);
    CHECK(std::count_if(curves.begin(), curves.end(), [&](const std::string& line) {
            return line.find(",mlp,prequential_accuracy" + metric + ",") != std::string::npos;
          }) == 2);
  }

  require_replayed(fixture, scenario, {"--set", "metrics.window=1000000", "--set", "metrics.fading=1"});
  metrics = summary(fixture)["metrics"];
  CHECK(metrics["mlp.prequential_accuracy_window"] == overall);
  CHECK(metrics["mlp.prequential_accuracy_faded"] == overall);

  const ProgramFixture other;
  other.check_refused(scenario, {"--set metrics.window: 0 is out of range: expected 1 to 1000000"},
                      {"--set", "metrics.window=0"});
}

TEST_CASE("saved learner: --twice leaves no run directory, so nothing can be saved in it") {
  const ProgramFixture fixture;
  const Outcome outcome = run_process(
      dse_command({"replay", fixture.write("s.toml", small_scenario()), "--twice", "--save-models"}));
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("excludes"));
  CHECK(fixture.runs() == Names());
}
