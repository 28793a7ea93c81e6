#include "sim/scenario/scenario_reader.h"

#include <fstream>
#include <map>
#include <utility>

#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

std::string write(const TemporaryFolder& folder, const std::string& text) {
  const std::string path = folder.file("a.toml");
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

Scenario read(const std::string& text, const std::vector<std::string>& settings = {}) {
  const TemporaryFolder folder;
  return read_scenario(write(folder, text), built_in_tables(), settings);
}

// The scenario, and what its kinds read, by key: "component.lenet.batch".
using Values = std::map<std::string, KeyValue>;
std::pair<Scenario, Values> read_by_key(const std::string& text) {
  Values values;
  const Tables built_in = built_in_tables();
  Tables tables{.kinds = {}, .learners = built_in.learners};
  for (const Kind& kind : built_in.kinds.all()) {
    Kind watched = kind;
    watched.read = [&values, kind](const KeyReader& keys) {
      for (const KeyInfo& key : kind.keys) values[keys.place(key.name).key] = keys.value(key.name);
      return kind.read(keys);
    };
    tables.kinds.add(std::move(watched));
  }
  const TemporaryFolder folder;
  Scenario scenario = read_scenario(write(folder, text), tables, {});
  return {std::move(scenario), std::move(values)};
}

// What the user is told, without the folder.
std::string told(const std::string& text, const std::vector<std::string>& settings = {}) {
  const TemporaryFolder folder;
  const std::string path = write(folder, text);
  std::string error = input_error([&] { read_scenario(path, built_in_tables(), settings); });
  const std::size_t at = error.find(folder.path().string());
  if (at != std::string::npos) error.erase(at, folder.path().string().size() + 1);
  return error;
}

const std::string kWatch = "[component.w]\nkind = \"watch\"\nfrom = \"a\"\n";
const std::string kGenerator =
    "[component.g]\nkind = \"training-generator\"\nimages = \"i\"\nlabels = \"l\"\nto = \"a\"\nrate = "
    "\"1/s\"\n";
const std::string kSource =
    "[component.s]\nkind = \"production-source\"\nimages = \"i\"\nto = \"a\"\nrate = \"1/s\"\n";
const std::string kModel =
    "[component.m]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"a\"\nto = \"b\"\n";

}  // namespace

TEST_CASE("a scenario is read whole") {
  const auto& [scenario, values] = read_by_key(R"(
title = "Everything"
seed = 2015
until = "30s"
[bus]
latency = "50us"
[metrics]
every = "250ms"
window = 50
fading = 0.75
[resource.lenet]
prefetch = 3
[[binding]]
from = ["mnist", "camera"]
to = ["lenet", "mlp"]
key = "*.7"
headers = { label = 7 }
match = "any"
[component.trainer]
kind = "training-generator"
images = "../data/i.gz"
labels = "l.gz"
to = "mnist"
rate = "20000/s"
order = "file"
limit = 10
slice = [5, 50]
[component.camera]
kind = "production-source"
images = "i.gz"
truth = "t.gz"
to = "camera"
key = "indoors"
rate = "3/ms"
arrivals = "poisson"
start = "1s"
[component.lenet]
kind = "model"
learner = "lenet5"
from = "lenet"
to = "predictions"
batch = 32
service = { train = "20us", infer = "40us" }
shape = [28, 30]
classes = 12
initial = "before.learner"
[component.echo]
kind = "echo"
from = "echo"
service = "7us"
[component.votes]
kind = "ensemble"
from = "votes"
models = ["lenet"]
[component.sevens]
kind = "watch"
from = "sevens"
[[expect]]
metric = "lenet.accuracy"
min = 0.98
[[expect]]
metric = "predictions.max_depth"
min = 1
max = 2
)");
  CHECK(scenario.name == "a");
  CHECK(scenario.title == "Everything");
  CHECK(scenario.seed == 2015);
  CHECK(scenario.until_ns == 30 * kNanosecondsPerSecond);
  CHECK(scenario.latency_ns == 50'000);
  CHECK(scenario.curve_every_ns == 250'000'000);
  CHECK(scenario.accuracy_window == 50);
  CHECK(scenario.accuracy_fading == 0.75);
  CHECK(scenario.prefetch_of("lenet") == 3);
  CHECK(scenario.prefetch_of("echo") == ResourceConfig{}.prefetch);

  REQUIRE(scenario.bindings.size() == 4);
  const BindingSpec first{.from = "mnist",
                          .to = "lenet",
                          .key = "*.7",
                          .headers = {{"label", std::int64_t{7}}},
                          .match = HeaderMatch::kAny};
  CHECK(scenario.bindings[0] == first);
  CHECK(scenario.bindings[3].from == "camera");
  CHECK(scenario.bindings[3].to == "mlp");

  REQUIRE(scenario.components.size() == 6);
  const auto text = [&values = values](const std::string& key) {
    return std::get<std::string>(values.at("component." + key));
  };
  const auto value = [&values = values](const std::string& key) { return values.at("component." + key); };
  CHECK_THAT(text("trainer.images"), Catch::EndsWith("/data/i.gz"));
  CHECK_THAT(text("trainer.images"), ContainsSubstring(".."));  // the system finds what it leads to
  CHECK(text("trainer.to") == "mnist");
  CHECK(std::get<Rate>(value("trainer.rate")).count == 20'000);
  CHECK(text("trainer.order") == "file");
  CHECK(value("trainer.limit") == KeyValue(std::int64_t{10}));
  CHECK(value("trainer.slice") == KeyValue(std::pair<std::int64_t, std::int64_t>(5, 50)));

  CHECK(scenario.components[1].start_ns == kNanosecondsPerSecond);
  CHECK_THAT(text("camera.truth"), Catch::EndsWith("/t.gz"));
  CHECK(text("camera.key") == "indoors");
  CHECK(std::get<Rate>(value("camera.rate")).period_ns == 1'000'000);
  CHECK(text("camera.arrivals") == "poisson");

  CHECK(text("lenet.learner") == "lenet5");
  CHECK(value("lenet.batch") == KeyValue(std::int64_t{32}));
  CHECK(value("lenet.service.train") == KeyValue(TimeNs{20'000}));
  CHECK(value("lenet.service.infer") == KeyValue(TimeNs{40'000}));
  CHECK(value("lenet.shape") == KeyValue(std::pair<std::int64_t, std::int64_t>(28, 30)));
  CHECK(value("lenet.classes") == KeyValue(std::int64_t{12}));
  CHECK_THAT(text("lenet.initial"), Catch::EndsWith("/before.learner"));
  const std::vector<ReadFile> files = scenario.components[2].component->read_files();
  REQUIRE(files.size() == 1);
  CHECK(files[0].path == text("lenet.initial"));
  CHECK(files[0].place.key == "component.lenet.initial");
  CHECK(files[0].place.line > 1);

  CHECK(value("echo.service") == KeyValue(TimeNs{7'000}));
  CHECK(scenario.components[4].component->named().components == std::vector<std::string>{"lenet"});
  CHECK(resource_read(scenario.components[5]) == "sevens");

  REQUIRE(scenario.expectations.size() == 2);
  const auto& accuracy = std::get<MetricExpectation>(scenario.expectations[0].what);
  CHECK(accuracy.metric == "lenet.accuracy");
  CHECK(accuracy.min == 0.98);
  CHECK_FALSE(accuracy.max.has_value());
  CHECK(std::get<MetricExpectation>(scenario.expectations[1].what).max == 2);
}

TEST_CASE("every form of expectation and every fault is read") {
  const Scenario scenario = read(kGenerator + kModel + kWatch + R"(
[[fault]]
kind = "mislabel"
component = "g"
every = 3
limit = 5
from = "2s"
classes = 7
[[fault]]
kind = "crash"
component = "w"
at = "1s"
[[expect]]
name = "it learns"
metric = "m.prequential_accuracy"
equals = 1
rises = true
by = "2s"
fails = true
[[expect]]
resource = "a"
consumer = "w"
delivered = "exactly-once"
order = "fifo"
lost = 3
[[expect]]
lost = 0
fails = false
[[expect]]
status = "stalled"
)");
  REQUIRE(scenario.faults.size() == 2);
  CHECK(scenario.faults[0].kind == FaultKind::kMislabel);
  CHECK(scenario.faults[0].component == "g");
  CHECK(scenario.faults[0].every == 3);
  CHECK(scenario.faults[0].limit == 5);
  CHECK(scenario.faults[0].from_ns == 2 * kNanosecondsPerSecond);
  CHECK(scenario.faults[0].classes == 7);
  CHECK(scenario.faults[1].kind == FaultKind::kCrash);
  CHECK(scenario.faults[1].at_ns == kNanosecondsPerSecond);

  REQUIRE(scenario.expectations.size() == 4);
  CHECK(scenario.expectations[0].name == "it learns");
  CHECK(scenario.expectations[0].fails);
  const auto& metric = std::get<MetricExpectation>(scenario.expectations[0].what);
  CHECK(metric.equals == 1);
  CHECK(metric.rises);
  CHECK(metric.by_ns == 2 * kNanosecondsPerSecond);
  const auto& delivery = std::get<DeliveryExpectation>(scenario.expectations[1].what);
  CHECK(delivery.resource == "a");
  CHECK(delivery.consumer == "w");
  CHECK(delivery.delivered == Guarantee::kExactlyOnce);
  CHECK(delivery.fifo);
  CHECK(delivery.lost == 3);
  const auto& lost = std::get<DeliveryExpectation>(scenario.expectations[2].what);
  CHECK(lost.resource.empty());
  CHECK_FALSE(lost.delivered.has_value());
  CHECK_FALSE(lost.fifo);
  CHECK_FALSE(scenario.expectations[2].fails);
  CHECK(std::get<StatusExpectation>(scenario.expectations[3].what).status == RunStatus::kStalled);
  CHECK(
      std::get<DeliveryExpectation>(
          read(kWatch + "[[expect]]\nresource = \"a\"\ndelivered = \"at-least-once\"\n").expectations[0].what)
          .delivered == Guarantee::kAtLeastOnce);
}

TEST_CASE("every key of a fault is read") {
  const Scenario scenario = read(kGenerator + kWatch + R"(
latency = "2ms"
[bus]
latency = { uniform = ["1us", "5us"] }
heartbeat = "10s"
[[fault]]
kind = "delay"
component = "g"
name = "late"
probability = [1, 100]
from = "1s"
until = "2s"
limit = 5
by = { exponential = "5ms" }
on = false
[[fault]]
kind = "reorder"
component = "g"
window = 8
[[fault]]
kind = "reorder"
component = "g"
within = "8ms"
[[fault]]
kind = "slow"
component = "w"
factor = [5, 2]
[[fault]]
kind = "slow"
component = "w"
factor = 3
[[fault]]
kind = "corrupt"
component = "g"
bits = 3
[[fault]]
kind = "pause"
component = "g"
at = "1s"
for = "2s"
[[fault]]
kind = "partition"
component = "w"
every = 10
for = { uniform = ["1s", "3s"] }
[[fault]]
kind = "crash"
component = "w"
probability = [1, 2]
)");
  REQUIRE(scenario.faults.size() == 9);
  CHECK(scenario.varied_latency == DrawnTime::uniform(1'000, 5'000));
  CHECK(scenario.components.back().latency == DrawnTime::constant(2'000'000));
  CHECK_FALSE(scenario.components.front().latency);
  CHECK(scenario.heartbeat_ns == 10 * kNanosecondsPerSecond);
  const Fault& late = scenario.faults[0];
  CHECK(late.kind == FaultKind::kDelay);
  CHECK(late.name == "late");
  CHECK(late.probability == Probability{1, 100});
  CHECK(late.from_ns == kNanosecondsPerSecond);
  CHECK(late.until_ns == 2 * kNanosecondsPerSecond);
  CHECK(late.limit == 5);
  CHECK(late.time == DrawnTime::exponential(5'000'000));
  CHECK_FALSE(late.on);
  CHECK(scenario.faults[1].window == 8);
  CHECK(scenario.faults[1].on);
  CHECK(scenario.faults[2].within_ns == 8'000'000);
  CHECK(scenario.faults[3].factor == Factor{5, 2});
  CHECK(scenario.faults[4].factor == Factor{3, 1});
  CHECK(scenario.faults[5].bits == 3);
  CHECK(scenario.faults[6].at_ns == kNanosecondsPerSecond);
  CHECK(scenario.faults[6].time == DrawnTime::constant(2 * kNanosecondsPerSecond));
  CHECK(scenario.faults[7].every == 10);
  CHECK_FALSE(scenario.faults[7].at_ns);
  CHECK(scenario.faults[7].time == DrawnTime::uniform(kNanosecondsPerSecond, 3 * kNanosecondsPerSecond));
  CHECK(scenario.faults[8].probability == Probability{1, 2});
}

TEST_CASE("what is left out has the documented default") {
  const Scenario scenario = read(kGenerator + kSource + kModel + "[[binding]]\nfrom = \"a\"\nto = \"b\"\n");
  CHECK(scenario.title == "a");
  CHECK(scenario.seed == 1);
  CHECK_FALSE(scenario.until_ns.has_value());
  CHECK(scenario.latency_ns == 0);
  CHECK(scenario.curve_every_ns == 100'000'000);
  CHECK(scenario.accuracy_window == 1000);
  CHECK(scenario.accuracy_fading == 0.999);
  CHECK(scenario.bindings.at(0).key == "#");
  CHECK(scenario.bindings.at(0).match == HeaderMatch::kAll);
  const auto values = read_by_key(kGenerator + kSource + kModel).second;
  CHECK(values.at("component.g.order") == KeyValue());
  CHECK(values.at("component.s.arrivals") == KeyValue(std::string("regular")));
  CHECK(values.at("component.m.batch") == KeyValue(std::int64_t{16}));
  CHECK(values.at("component.m.initial") == KeyValue());
}

TEST_CASE("settings count, and change the scenario's hash") {
  CHECK(read(kWatch, {"seed=9"}).seed == 9);
  CHECK(read(kWatch).hash == read(kWatch).hash);
  CHECK(read(kWatch, {"seed=9"}).hash != read(kWatch).hash);
  CHECK(read(kWatch + "# more\n").hash == read(kWatch).hash);
  CHECK(told(kWatch, {"component.w.form=b"}) == "--set component.w.form: unknown key; did you mean 'from'?");
  CHECK_THAT(told(kWatch, {"fault.0.every=5"}), ContainsSubstring("the scenario has no 'fault'"));
  CHECK_THAT(told(kWatch, {"component.w.from=5"}),
             ContainsSubstring("--set component.w.from: expected a string"));
}

TEST_CASE("what is no TOML is told with line and column") {
  CHECK_THAT(told("title = \"a\"\nseed = = 3\n"), Catch::StartsWith("a.toml:2:8: not a TOML file: "));
  CHECK_THAT(told(kWatch + kWatch), Catch::StartsWith("a.toml:4:"));  // two components of one name
}

TEST_CASE("a file that cannot be read is named") {
  const TemporaryFolder folder;
  CHECK_THAT(input_error([&] { read_scenario(folder.file("none.toml"), built_in_tables(), {}); }),
             ContainsSubstring("none.toml: cannot be opened: No such file or directory"));
  CHECK_THAT(input_error([&] { read_scenario(folder.path().string(), built_in_tables(), {}); }),
             ContainsSubstring("is a folder"));
}

TEST_CASE("what is wrong in a scenario is told with its line, its column and its key") {
  struct Wrong {
    std::string text;
    std::string expected;
  };
  const std::vector<Wrong> all = {
      {"title = 5\n" + kWatch, "a.toml:1:9: title: expected a string, found an integer"},
      {"seed = -1\n" + kWatch, "a.toml:1:8: seed: -1 is out of range"},
      {"until = \"soon\"\n" + kWatch, "a.toml:1:9: until: 'soon' is not a duration"},
      {"sead = 1\n" + kWatch, "a.toml:1:8: sead: unknown key; did you mean 'seed'?"},
      {"[bus]\nlatency = \"-1us\"\n" + kWatch, "a.toml:2:11: bus.latency: '-1us' is not a duration"},
      {"[bus]\nlatancy = \"1us\"\n" + kWatch,
       "a.toml:2:11: bus.latancy: unknown key; did you mean 'latency'?"},
      {"[metrics]\nevery = \"0s\"\n" + kWatch, "a.toml:2:9: metrics.every: expected more than nothing"},
      {"[metrics]\nwindow = 0\n" + kWatch,
       "a.toml:2:10: metrics.window: 0 is out of range: expected 1 to 1000000"},
      {"[metrics]\nwindow = 1000001\n" + kWatch, "metrics.window: 1000001 is out of range"},
      {"[metrics]\nwindow = 1.5\n" + kWatch, "metrics.window: expected an integer"},
      {"[metrics]\nfading = 0\n" + kWatch,
       "a.toml:2:10: metrics.fading: 0 is out of range: expected more than 0, and at most 1"},
      {"[metrics]\nfading = 1.001\n" + kWatch, "metrics.fading: 1.001 is out of range"},
      {"[metrics]\nfading = nan\n" + kWatch, "metrics.fading: expected a finite number"},
      {"[metrics]\nfading = \"0.9\"\n" + kWatch, "metrics.fading: expected a number, found a string"},
      {kModel + "initial = 5\n", "a.toml:6:11: component.m.initial: expected a string"},
      {"[resource.a]\nprefetch = -1\n" + kWatch, "a.toml:2:12: resource.a.prefetch: -1 is out of range"},
      {"[resource.a]\nprefetch = 70000\n" + kWatch,
       "a.toml:2:12: resource.a.prefetch: 70000 is out of range"},
      {"[resource.a]\nprefech = 1\n" + kWatch,
       "a.toml:2:11: resource.a.prefech: unknown key; did you mean 'prefetch'?"},
      {"resource = 1\n" + kWatch, "a.toml:1:12: resource: expected a table, found an integer"},
      {"binding = 1\n" + kWatch, "a.toml:1:11: binding: expected tables, each headed [[binding]]"},
      {"[[binding]]\nto = \"b\"\n" + kWatch, "a.toml:1:1: binding.0.from: is missing"},
      {"[[binding]]\nform = \"a\"\nto = \"b\"\n" + kWatch,
       "a.toml:2:8: binding.0.form: unknown key; did you mean 'from'?"},
      {"[component.w]\nkin = \"watch\"\nfrom = \"a\"\n",
       "a.toml:2:7: component.w.kin: unknown key; did you mean 'kind'?"},
      {"[component.w]\nkind = \"watch\"\nform = \"a\"\n",
       "a.toml:3:8: component.w.form: unknown key; did you mean 'from'?"},
      {kModel.substr(0, kModel.find("learner")) + "leaner = \"mlp\"\n" + kModel.substr(kModel.find("from")),
       "component.m.leaner: unknown key; did you mean 'learner'?"},
      {kWatch + "[[fault]]\nkind = \"crash\"\ncomponent = \"w\"\nevry = 3\n",
       "a.toml:7:8: fault.0.evry: unknown key; did you mean 'every'?"},
      {kWatch + "[[fault]]\nkind = \"slow\"\ncomponent = \"w\"\nfactors = 3\n",
       "a.toml:7:11: fault.0.factors: unknown key; did you mean 'factor'?"},
      {"[data.d]\nformat = \"csv\"\nfil = \"x.csv\"\n" + kWatch,
       "a.toml:3:7: data.d.fil: unknown key; did you mean 'file'?"},
      {"[data.d]\nformat = \"png\"\nfolders = \"x\"\n" + kWatch,
       "a.toml:3:11: data.d.folders: unknown key; did you mean 'folder'?"},
      {"[[binding]]\nfrom = []\nto = \"b\"\n" + kWatch, "a.toml:2:8: binding.0.from: the list is empty"},
      {"[[binding]]\nfrom = \"a b\"\nto = \"b\"\n" + kWatch,
       "a.toml:2:8: binding.0.from: 'a b' is not a name"},
      {"[[binding]]\nfrom = \"a\"\nto = \"b\"\nmatch = \"some\"\n" + kWatch,
       "a.toml:4:9: binding.0.match: unknown value 'some'"},
      {"[[binding]]\nfrom = \"a\"\nto = \"b\"\nkeys = \"x\"\n" + kWatch,
       "a.toml:4:8: binding.0.keys: unknown key; did you mean 'key'?"},
      {"title = \"a\"\n", "a.toml: has no [component.NAME]"},
      {"[component.w]\nfrom = \"a\"\n", "a.toml:1:1: component.w.kind: is missing"},
      {"[component.w]\nkind = \"wach\"\nfrom = \"a\"\n",
       "a.toml:2:8: component.w.kind: unknown value 'wach'; did you mean 'watch'?"},
      {"[component.w]\nkind = \"watch\"\n", "a.toml:1:1: component.w.from: is missing"},
      {"[component.w]\nkind = \"watch\"\nfrom = \"a/b\"\n",
       "a.toml:3:8: component.w.from: 'a/b' is not a name"},
      {"[component.\"a.b\"]\nkind = \"watch\"\nfrom = \"a\"\n", "'a.b' is not a name"},
      {"[component.metrics]\nkind = \"watch\"\nfrom = \"a\"\n", "component.metrics: the name is taken"},
      {kWatch + "to = \"b\"\n", "a.toml:4:6: component.w.to: unknown key"},
      {kWatch + "start = 5\n", "a.toml:4:9: component.w.start: expected a duration"},
      {kWatch + "service = \"1\"\n", "a.toml:4:11: component.w.service: '1' is not a duration"},
      {kGenerator + "order = \"random\"\n", "a.toml:7:9: component.g.order: unknown value 'random'"},
      {kGenerator + "limit = -1\n", "a.toml:7:9: component.g.limit: -1 is out of range"},
      {kGenerator + "slice = [5, 5]\n", "a.toml:7:9: component.g.slice: [5, 5] is not a slice"},
      {kGenerator + "slice = [-1, 5]\n", "a.toml:7:9: component.g.slice: [-1, 5] is not a slice"},
      {kSource + "arrivals = \"poison\"\n",
       "a.toml:6:12: component.s.arrivals: unknown value 'poison'; did you mean 'poisson'?"},
      {"[component.s]\nkind = \"production-source\"\nimages = \"i\"\nto = \"a\"\nrate = \"0/s\"\n",
       "a.toml:5:8: component.s.rate: '0/s' is not a rate"},
      {"[component.s]\nkind = \"production-source\"\nimages = \"i\"\nto = \"a\"\nrate = \"-5/s\"\n",
       "a.toml:5:8: component.s.rate: '-5/s' is not a rate"},
      {"[component.s]\nkind = \"production-source\"\nimages = \"i\"\nto = \"a\"\n",
       "a.toml:1:1: component.s.rate: is missing"},
      {"[component.m]\nkind = \"model\"\nlearner = \"lenet\"\nfrom = \"a\"\nto = \"b\"\n",
       "a.toml:3:11: component.m.learner: unknown value 'lenet'; did you mean 'lenet5'?"},
      {kModel + "batch = 0\n", "a.toml:6:9: component.m.batch: 0 is out of range"},
      {kModel + "shape = [0, 28]\n", "a.toml:6:9: component.m.shape: expected rows and columns"},
      {kModel + "shape = 28\n", "a.toml:6:9: component.m.shape: expected a list of two integers"},
      {kModel + "classes = 1\n", "a.toml:6:11: component.m.classes: 1 is out of range"},
      {kModel + "service = { train = 5 }\n", "component.m.service.train: expected a duration"},
      {kModel + "service = { trian = \"5us\" }\n",
       "component.m.service.trian: unknown key; did you mean 'train'?"},
      {kModel + "[component.e]\nkind = \"ensemble\"\nfrom = \"b\"\nmodels = [\"n\"]\n",
       "component.e.models: no model is named 'n'"},
      {kModel + "[component.e]\nkind = \"ensemble\"\nfrom = \"b\"\nmodels = [\"m\", \"m\"]\n",
       "a.toml:9:10: component.e.models: names 'm' twice"},
      {kWatch + "[[expect]]\nmetric = \"w.recieved\"\nmin = 1\n",
       "a.toml:5:10: expect.0.metric: unknown metric 'w.recieved'; did you mean 'w.received'?"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\n", "a.toml:4:1: expect.0: expects nothing"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\nmin = \"1\"\n",
       "a.toml:6:7: expect.0.min: expected a number"},
      {kWatch + "[[expect]]\nmin = 1\n", "a.toml:4:1: expect.0.metric: is missing"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\nequals = 1\nmin = 1\n",
       "a.toml:6:10: expect.0.equals: says all about the value: leave min and max out"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\nrises = true\n",
       "a.toml:6:9: expect.0.rises: 'w.received' has no curve"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\nrises = 1\n",
       "a.toml:6:9: expect.0.rises: expected true or false, found an integer"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\nmin = 1\nby = 2\n",
       "a.toml:7:6: expect.0.by: expected a duration"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\nby = \"2s\"\n",
       "a.toml:4:1: expect.0: expects nothing: give min, max, equals or rises"},
      {kWatch + "[[expect]]\nmetric = \"w.received\"\nmin = 1\nlost = 0\n",
       "a.toml:7:8: expect.0.lost: does not go with `metric`: give it an [[expect]] of its own"},
      {kWatch + "[[expect]]\nresource = \"a\"\nlost = 0\nstatus = \"stalled\"\n",
       "a.toml:7:10: expect.0.status: does not go with `resource`"},
      {kWatch + "[[expect]]\nresource = \"a\"\n",
       "a.toml:4:1: expect.0: expects nothing: give delivered, order or lost"},
      {kWatch + "[[expect]]\ndelivered = \"exactly-once\"\n",
       "a.toml:4:1: expect.0.resource: is missing: only `lost` counts over all queues"},
      {kWatch + "[[expect]]\nlost = 0\nconsumer = \"w\"\n", "expect.0.resource: is missing"},
      {kWatch + "[[expect]]\nresource = \"a\"\ndelivered = \"exactly-onec\"\n",
       "a.toml:6:13: expect.0.delivered: unknown value 'exactly-onec'; did you mean 'exactly-once'?"},
      {kWatch + "[[expect]]\nresource = \"a\"\norder = \"lifo\"\n",
       "a.toml:6:9: expect.0.order: unknown value 'lifo'"},
      {kWatch + "[[expect]]\nresource = \"a\"\nlost = -1\n", "a.toml:6:8: expect.0.lost: -1 is out of range"},
      {kModel + "[[expect]]\nresource = \"aa\"\nlost = 0\n",
       "a.toml:7:12: expect.0.resource: unknown resource 'aa'; did you mean 'a'?"},
      {kModel + "[[expect]]\nresource = \"b\"\nlost = 0\n",
       "a.toml:7:12: expect.0.resource: 'b' has no queue: nobody streams it and nothing is bound into it"},
      {kWatch + "[[expect]]\nresource = \"a\"\nconsumer = \"v\"\nlost = 0\n",
       "a.toml:6:12: expect.0.consumer: no component 'v' streams 'a'; did you mean 'w'?"},
      {kWatch + "[[expect]]\nresource = \"a\"\nlots = 0\n",
       "a.toml:6:8: expect.0.lots: unknown key; did you mean 'lost'?"},
      {kWatch + "[[expect]]\nstatus = \"stuck\"\n", "a.toml:5:10: expect.0.status: unknown value 'stuck'"},
      {kWatch + "[[expect]]\nstatus = \"stalled\"\nname = \"a\\nb\"\n",
       "a.toml:6:8: expect.0.name: holds control characters"},
      {kWatch + "[[expect]]\nstatus = \"stalled\"\nfails = \"yes\"\n",
       "a.toml:6:9: expect.0.fails: expected true or false, found a string"},
      {kWatch + "[fault]\nkind = \"lose\"\n", "fault: expected tables, each headed [[fault]]"},
      {kWatch + "[[fault]]\ncomponent = \"w\"\n", "a.toml:4:1: fault.0.kind: is missing"},
      {kWatch + "[[fault]]\nkind = \"loose\"\ncomponent = \"w\"\n",
       "a.toml:5:8: fault.0.kind: unknown value 'loose'; did you mean 'lose'?"},
      {kWatch + "[[fault]]\nkind = \"mute\"\n", "a.toml:4:1: fault.0.component: is missing"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"v\"\n",
       "a.toml:6:13: fault.0.component: unknown component 'v'; did you mean 'w'?"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\nevery = 0\n",
       "a.toml:7:9: fault.0.every: 0 is out of range"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\nlimit = 0\n",
       "a.toml:7:9: fault.0.limit: 0 is out of range"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\nclasses = 3\n",
       "a.toml:7:11: fault.0.classes: unknown key"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\nat = \"1s\"\n",
       "a.toml:7:6: fault.0.at: unknown key"},
      {kWatch + "[[fault]]\nkind = \"crash\"\ncomponent = \"w\"\n", "a.toml:4:1: fault.0.at: is missing"},
      {kWatch + "[[fault]]\nkind = \"crash\"\ncomponent = \"w\"\nat = \"1s\"\nevery = 2\n",
       "a.toml:8:9: fault.0.every: does not go with `at`: what strikes at a time strikes once"},
      {kWatch + "[[fault]]\nkind = \"lose\"\ncomponent = \"w\"\n",
       "a.toml:6:13: fault.0.component: 'w' writes nothing: it cannot show the fault 'lose'"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nprobability = [3, 2]\n",
       "fault.0.probability: a probability of 3 over 2 is above one"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nprobability = [1, 0]\n",
       "fault.0.probability: a probability of 1 over 0: the second must be above zero"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nprobability = [-1, 2]\n",
       "fault.0.probability: a probability of -1 over 2 is below zero"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nprobability = 0.5\n",
       "fault.0.probability: expected a list of two integers"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nprobability = [1, 2]\nevery = 3\n",
       "fault.0.every: does not go with `probability`"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nfrom = \"2s\"\nuntil = \"1s\"\n",
       "fault.0.until: is not after `from`, 2s: it would never strike"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\non = 1\n",
       "fault.0.on: expected true or false"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nname = \"12\"\n",
       "fault.0.name: is no name: expected more than digits"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"lose\"\nname = \"x\"\n[[fault]]\nkind = "
                    "\"lose\"\ncomponent = \"g\"\nname = \"x\"\n",
       "fault.1.name: 'x' is the name of another fault"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"delay\"\n", "fault.0.by: is missing"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"delay\"\nby = 5\n",
       "fault.0.by: expected a duration such as \"50us\""},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"delay\"\nby = { uniform = [\"2ms\", \"1ms\"] }\n",
       "fault.0.by.uniform: has a longest time of 1ms below its shortest of 2ms"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"delay\"\nby = { uniform = [\"2ms\"] }\n",
       "fault.0.by.uniform: expected two durations: the shortest and the longest"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"delay\"\nby = { exponential = \"0s\" }\n",
       "fault.0.by.exponential: has a mean out of range"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"delay\"\nby = { normal = \"1s\" }\n",
       "fault.0.by: expected one of { uniform = [\"1ms\", \"9ms\"] } and { exponential = \"5ms\" }"},
      {kGenerator +
           "[[fault]]\ncomponent = \"g\"\nkind = \"delay\"\nby = { exponential = \"1s\", mean = 2 }\n",
       "fault.0.by.mean: unknown key"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"reorder\"\n",
       "fault.0.window: is missing: give `window`, in messages, or `within`, a time"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"reorder\"\nwindow = 0\n",
       "fault.0.window: 0 is out of range"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"reorder\"\nwindow = 2\nwithin = \"1s\"\n",
       "fault.0.within: does not go with `window`"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"reorder\"\nwithin = \"0s\"\n",
       "fault.0.within: is nothing: no message could overtake"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"corrupt\"\nbits = 0\n",
       "fault.0.bits: 0 is out of range"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"slow\"\nfactor = 2\n",
       "'g' streams nothing, so it serves nobody: it cannot show the fault 'slow'"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"pause\"\nfor = \"1s\"\n",
       "fault.0.at: is missing: give a time, or `probability` or `every`"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"pause\"\nevery = 2\nfor = \"1s\"\n",
       "'g' streams nothing, so it has no handler to strike: give `at`"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"pause\"\nat = \"1s\"\n",
       "fault.0.for: is missing"},
      {kGenerator +
           "[[fault]]\ncomponent = \"g\"\nkind = \"partition\"\nat = \"1s\"\nuntil = \"2s\"\nfor = \"1s\"\n",
       "fault.0.until: does not go with `at`"},
      {kGenerator + "[[fault]]\ncomponent = \"g\"\nkind = \"crash\"\nprobability = [1, 2]\n",
       "'g' streams nothing, so it has no handler to strike: give `at`"},
      {kWatch + "[[fault]]\ncomponent = \"w\"\nkind = \"slow\"\n", "fault.0.factor: is missing"},
      {kWatch + "[[fault]]\ncomponent = \"w\"\nkind = \"slow\"\nfactor = [1, 0]\n",
       "fault.0.factor: [1, 0] is out of range: expected 1 to 1000000 in both"},
      {kWatch + "[[fault]]\ncomponent = \"w\"\nkind = \"slow\"\nfactor = 1.5\n",
       "fault.0.factor: expected an integer"},
      {kWatch + "[[expect]]\nfault = 0\nstruck = { min = 1 }\n",
       "expect.0.fault: there is no fault 0: there are 0, counted from 0"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\nname = \"deaf\"\n"
                "[[expect]]\nfault = \"def\"\nstruck = { min = 1 }\n",
       "expect.0.fault: no fault has the name 'def'; did you mean 'deaf'?"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\n[[expect]]\nfault = 0\n",
       "expect.0.struck: is missing: expected such as { min = 1 }"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\n[[expect]]\nfault = 0\nstruck = {}\n",
       "expect.0.struck: expects nothing: give min, max or equals"},
      {kWatch +
           "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\n[[expect]]\nfault = 0\nstruck = { least = 1 }\n",
       "expect.0.struck.least: unknown key"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\n[[expect]]\nfault = 0\nstruck = { min = 2, "
                "max = 1 }\n",
       "expect.0.struck: min 2 is above max 1"},
      {kWatch + "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\n[[expect]]\nfault = 0\nstruck = { min = 1 "
                "}\nlost = 0\n",
       "expect.0.fault: does not go with `lost`"},
      {kWatch + "[[expect]]\nmetric = \"w.unhandled\"\nmax = 0\nafter_faults = \"1s\"\n",
       "expect.0.after_faults: is after nothing: there is no [[fault]]"},
      {kWatch +
           "[[fault]]\nkind = \"mute\"\ncomponent = \"w\"\n[[expect]]\nmetric = \"w.unhandled\"\nmax = 0\n"
           "by = \"1s\"\nafter_faults = \"1s\"\n",
       "expect.0.after_faults: does not go with `by`"},
      {kWatch + "[bus]\nheartbeat = \"20h\"\n",
       "bus.heartbeat: 72000s is out of range: expected at most 65535s"},
      {kWatch + "[bus]\nlatency = { uniform = \"1s\" }\n",
       "bus.latency.uniform: expected a list of durations"},
      {kWatch + "latency = { exponential = 1 }\n", "component.w.latency.exponential: expected a duration"},
      {kSource + "[[fault]]\nkind = \"mislabel\"\ncomponent = \"s\"\n",
       "fault.0.component: 's' writes no labels: it cannot show the fault 'mislabel'"},
      {kGenerator + "[[fault]]\nkind = \"mute\"\ncomponent = \"g\"\n",
       "fault.0.component: 'g' streams nothing, so it acknowledges nothing: it cannot show the fault 'mute'"},
  };
  for (const Wrong& wrong : all) {
    CAPTURE(wrong.text);
    CHECK_THAT(told(wrong.text), ContainsSubstring(wrong.expected));
  }
}
