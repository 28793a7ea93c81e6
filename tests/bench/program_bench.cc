// Programs in other languages. Compare `program/consumer` with `program/floor` of the same run, both on one
// processor (taskset -c 0), and `program/learners/4` with `program/learners/1` on two.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <string>

#include "dse/tables.h"
#include "process/line_channel.h"
#include "protocol/program_environment.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/world.h"
#include "support/temporary_folder.h"

namespace dse {
namespace {

const std::string kImages = std::string(DSE_SOURCE_DIR) + "/data/sample/train-images-idx3-ubyte.gz";
const std::string kLabels = std::string(DSE_SOURCE_DIR) + "/data/sample/train-labels-idx1-ubyte.gz";
constexpr int kImagesOfSample = 2000;

// Replies `{}` to a line, having read its JSON and the payload in it, and does nothing else.
constexpr const char* kFloor = R"(import base64, json, os
rest = b""
while True:
    data = os.read(0, 1 << 18)
    if not data:
        break
    *lines, rest = (rest + data).split(b"\n")
    for line in lines:
        base64.b64decode(json.loads(line)["message"]["payload"])
        os.write(1, b"{}\n")
)";

constexpr const char* kConsumer = R"(import dse
dse.start([(dse.stream_resource, "digits", lambda message: dse.next_())])
)";

constexpr const char* kEmptyLearner = R"(import dse

class Nothing(dse.Learner):
    def train(self, batch, labels):
        return None
    def predict(self, batch):
        raise NotImplementedError

dse.serve(Nothing())
)";

std::string written(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder.file(name)) << text;
  return folder.file(name);
}

std::string generator() {
  return fmt::format(
      "[component.generator]\nkind = \"training-generator\"\nimages = \"{}\"\nlabels = \"{}\"\nto = "
      "\"digits\"\n"
      "rate = \"1000000/s\"\n",
      kImages, kLabels);
}

constexpr TimeNs kStartedNs = 100'000;
constexpr std::int64_t kImagesUntilStarted = 101;

// Replays the scenario, of which `images` images are of interest. How long its programs take to start, until
// they have had the first of them, and to end is not measured.
void replay(benchmark::State& state, const std::string& path, std::int64_t images) {
  const Tables tables = built_in_tables();
  const Scenario scenario = read_scenario(path, tables, {});
  const std::atomic<bool> never{false};
  const auto no_progress = [](TimeNs, std::uint64_t) {};
  for (auto _ : state) {
    World world(scenario, {.threads = 2}, no_files());
    world.advance_to(kStartedNs, never, no_progress);
    world.measures();  // waits for what they do
    const auto begun = std::chrono::steady_clock::now();
    world.advance_to(kNanosecondsPerSecond, never, no_progress);
    world.measures();
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
  }
  state.SetItemsProcessed(images * state.iterations());
}

// A pipe round trip with json.loads and base64 of 784 bytes.
void floor_of_round_trip(benchmark::State& state) {
  const TemporaryFolder folder;
  const std::string program = written(folder, "floor.py", kFloor);
  ChildProcess child({.file = DSE_PYTHON,
                      .arguments = {DSE_PYTHON, program},
                      .folder = "",
                      .environment = program_environment({})});
  LineChannel channel(child, {});
  const std::string line = fmt::format(
      R"({{"call":"deliver","now_ns":1000000,"redelivered":false,"message":{{"id":"generator-1","key":"7",)"
      R"("headers":{{"label":7}},"payload":"{}","app_id":"generator","content_type":"application/octet-stream",)"
      R"("timestamp_ns":1000000}}}})",
      std::string(1048, 'A'));
  for (auto _ : state) {
    channel.send(line);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    if (channel.await_line(until, {}) != LineChannel::Got::kLine) state.SkipWithError("no answer");
  }
  state.SetItemsProcessed(state.iterations());
}

void consumer(benchmark::State& state) {
  const TemporaryFolder folder;
  const std::string program = written(folder, "consumer.py", kConsumer);
  const std::string scenario = written(
      folder, "consumer.toml",
      generator() + fmt::format("[component.consumer]\nkind = \"program\"\ncommand = [\"{}\", \"{}\"]\n"
                                "from = \"digits\"\n",
                                DSE_PYTHON, program));
  replay(state, scenario, kImagesOfSample - kImagesUntilStarted);
}

void learners(benchmark::State& state, const std::string& program) {
  const TemporaryFolder folder;
  std::string text = generator();
  for (std::int64_t number = 1; number <= state.range(0); ++number) {
    text += fmt::format(
        "[component.m{0}]\nkind = \"model\"\nlearner = {{ program = [\"{1}\", \"{2}\"] }}\nbatch = 64\n"
        "from = \"m{0}\"\nto = \"answers\"\n[[binding]]\nfrom = \"digits\"\nto = \"m{0}\"\n",
        number, DSE_PYTHON, program);
  }
  replay(state, written(folder, "learners.toml", text),
         (kImagesOfSample - kImagesUntilStarted) * state.range(0));
}

void empty_learner(benchmark::State& state) {
  const TemporaryFolder folder;
  learners(state, written(folder, "empty.py", kEmptyLearner));
}

void sklearn_learners(benchmark::State& state) {
  learners(state, std::string(DSE_SOURCE_DIR) + "/scenarios/programs/sgd.py");
}

BENCHMARK(floor_of_round_trip)->Name("program/floor")->UseRealTime();
BENCHMARK(consumer)->Name("program/consumer")->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(empty_learner)
    ->Name("program/empty_learner")
    ->Arg(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK(sklearn_learners)
    ->Name("program/learners")
    ->Arg(1)
    ->Arg(4)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dse
