// dse trace: what a trace shows of runs, against what their summaries and records say; and what it refuses.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "small_disk.h"
#include "support/catch.h"
#include "support/decoded_trace.h"
#include "support/program_fixture.h"
#include "support/sqlite_file.h"

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

const std::string kSampleScenario = kScenarios + "sample-four-models.toml";

Outcome trace(const ProgramFixture& fixture, const std::string& file,
              const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"trace", fixture.run(), "-o", file};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_process(dse_command(arguments));
}

DecodedTrace traced(const ProgramFixture& fixture) {
  const std::string file = fixture.file("trace.pf");
  fs::remove(file);
  const Outcome outcome = trace(fixture, file);
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return decode_trace(read_file(file));
}

Json summary_of(const ProgramFixture& fixture) {
  return Json::parse(read_file(fixture.run() + "/summary.json"));
}

std::string record_of(const ProgramFixture& fixture) { return fixture.run() + "/events.sqlite"; }

std::size_t count_in(const std::string& record, const std::string& sql) {
  return std::stoul(run_sql(record, sql)[0][0]);
}

// Slices of one track are over, follow each other, and are as many as the deliveries.
void check_slices(const DecodedTrace& trace, const std::string& record) {
  std::map<std::uint64_t, std::int64_t> last_end_ns;
  const std::vector<DecodedSlice> slices = trace.slices();
  for (const DecodedSlice& slice : slices) {
    if (slice.end_ns < slice.begin_ns || slice.begin_ns < last_end_ns[slice.track])
      FAIL(trace.path_of(slice.track)
           << " has slices that overlap, or one without an end, at " << slice.begin_ns);
    last_end_ns[slice.track] = slice.end_ns;
  }
  CHECK(slices.size() ==
        count_in(record, "SELECT count(*) FROM events WHERE kind IN ('delivered', 'redelivered')"));
}

// An arrow leads from somewhere to somewhere, and one copy is published once.
void check_flows(const DecodedTrace& trace) {
  for (const auto& [flow, places] : trace.flows()) {
    if (places.size() < 2) FAIL("flow " << flow << " has one end");
    const DecodedEvent& first = trace.events[places[0]];
    if (first.type != DecodedEvent::kInstant ||
        (!first.name.starts_with("publish to ") && first.name != "dead-lettered"))
      FAIL("flow " << flow << " does not begin with a publication, but with " << first.name);
  }
}

// What waits in each queue at the end is what the summary says was not received.
// Without faults it is also never more than the summary's most; what is on its way when a fault stops it was
// never delivered, as far as the record knows.
void check_depths(const DecodedTrace& trace, const Json& summary) {
  const Json& metrics = summary["metrics"];
  for (const auto& [path, values] : trace.counters()) {
    if (!path.ends_with("/depth")) continue;
    INFO(path);
    const std::string queue = path.substr(path.find('/') + 1, path.rfind('/') - path.find('/') - 1);
    if (metrics.contains(queue + ".not_received"))
      CHECK(values.back() == metrics[queue + ".not_received"].get<double>());
    CHECK(std::ranges::min(values) >= 0);
    if (metrics.contains(queue + ".max_depth") && !summary.contains("faults"))
      CHECK(std::ranges::max(values) <= metrics[queue + ".max_depth"].get<double>());
  }
}

// The curves are those of metrics.csv.
void check_curves(const DecodedTrace& trace, const std::string& run) {
  std::map<std::string, std::vector<double>> expected;
  for (const std::string& line : lines_of(read_file(run + "/metrics.csv"))) {
    const std::size_t component = line.find(',') + 1;
    const std::size_t metric = line.find(',', component) + 1;
    const std::size_t value = line.find(',', metric) + 1;
    const std::string name = line.substr(metric, value - metric - 1);
    if (name != "accuracy" && name != "prequential_accuracy") continue;
    expected["components/" + line.substr(component, metric - component - 1) + "/" + name].push_back(
        std::stod(line.substr(value)));
  }
  std::map<std::string, std::vector<double>> shown = trace.counters();
  std::erase_if(shown, [](const auto& counter) { return counter.first.ends_with("/depth"); });
  CHECK(shown == expected);
}

void check_sample(const std::string& name, const ProgramFixture& fixture) {
  INFO(name);
  const Outcome outcome = fixture.replay(kScenarios + name + ".toml", {"--record"});
  REQUIRE(outcome.signal == 0);
  const DecodedTrace trace = traced(fixture);
  check_slices(trace, record_of(fixture));
  check_flows(trace);
  check_depths(trace, summary_of(fixture));
  check_curves(trace, fixture.run());
}

// The nearest rank, as the summary's percentiles are.
double percentile(std::vector<std::int64_t> values, double share) {
  std::ranges::sort(values);
  const auto rank = static_cast<std::size_t>(std::ceil(share * static_cast<double>(values.size())));
  return static_cast<double>(values[std::max<std::size_t>(rank, 1) - 1]);
}

// The slices of one component that have one of these names.
std::vector<DecodedSlice> slices_of(const DecodedTrace& trace, const std::string& component,
                                    const std::vector<std::string>& names) {
  std::vector<DecodedSlice> slices = trace.slices();
  std::erase_if(slices, [&](const DecodedSlice& slice) {
    return !trace.path_of(slice.track).starts_with("components/" + component + "/") ||
           std::ranges::find(names, slice.name) == names.end();
  });
  return slices;
}

// How often each instant is on each track.
std::map<std::pair<std::string, std::string>, std::size_t> instants_of(const DecodedTrace& trace) {
  std::map<std::pair<std::string, std::string>, std::size_t> counts;
  for (const DecodedEvent& event : trace.events) {
    if (event.type == DecodedEvent::kInstant) ++counts[{trace.path_of(event.track), event.name}];
  }
  return counts;
}

void check_refused(const Outcome& outcome, int status, const std::string& text) {
  INFO(outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.out.empty());
  CHECK(lines_of(outcome.err).size() == 1);
  CHECK_THAT(outcome.err, ContainsSubstring(text));
}

}  // namespace

TEST_CASE("trace: each sample scenario, in order, whole and as its record and its summary say") {
  // These take longer, and have nothing that the others lack.
  const std::vector<std::string> longer = {"agrawal",  "drift-detector", "drift-and-recovery",
                                           "sea-tree", "label-delay",    "queue-limit"};
  for (const std::string& name : sample_scenarios()) {
    if (std::ranges::find(longer, name) == longer.end()) check_sample(name, ProgramFixture());
  }
}

TEST_CASE("trace: services take what the scenario gives, and waits are those of the summary") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  const DecodedTrace trace = traced(fixture);
  const Json metrics = summary_of(fixture)["metrics"];
  struct Expected {
    std::string component;
    std::string work;
    std::vector<std::string> writers;
    std::int64_t service_ns;
  };
  for (const auto& [component, work, writers, service_ns] :
       {Expected{"lenet", "train_", {"trainer"}, 20'000},
        {"lenet", "infer_", {"camera-a", "camera-b"}, 40'000},
        {"softmax", "train_", {"trainer"}, 2'000},
        {"mlp", "infer_", {"camera-a", "camera-b"}, 20'000},
        {"votes", "", {"softmax", "mlp", "lenet", "quadratic"}, 0}}) {
    INFO(component << ' ' << work);
    std::vector<std::int64_t> waits_ns;
    for (const DecodedSlice& slice : slices_of(trace, component, writers)) {
      if (slice.end_ns - slice.begin_ns != service_ns)
        FAIL("a service of " << slice.annotations.at("message") << " takes "
                             << slice.end_ns - slice.begin_ns);
      waits_ns.push_back(std::stoll(slice.annotations.at("wait_ns")));
    }
    REQUIRE(!waits_ns.empty());
    for (const auto& [share, name] : {std::pair{0.5, "p50"}, {0.99, "p99"}, {0.999, "p999"}})
      CHECK(percentile(waits_ns, share) ==
            metrics[component + "." + work + "wait_" + name + "_ns"].get<double>());
  }
}

TEST_CASE("trace: an arrow leads from a publication to the service, and on to the answer") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  const DecodedTrace trace = traced(fixture);
  std::map<std::uint64_t, std::vector<std::string>> ways;
  for (const auto& [flow, places] : trace.flows()) {
    for (const std::size_t place : places) {
      const DecodedEvent& event = trace.events[place];
      ways[flow].push_back(trace.path_of(event.track) + ": " + event.annotations.at("message"));
    }
  }
  const auto has = [&ways](const std::vector<std::string>& way) {
    return std::ranges::any_of(ways, [&way](const auto& one) { return one.second == way; });
  };
  CHECK(has({"components/camera-b/events: camera-b-0", "components/lenet/lenet: camera-b-0",
             "components/lenet/events: lenet-0"}));
  CHECK(has({"components/trainer/events: trainer-0", "components/mlp/mlp: trainer-0"}));
  CHECK(ways.size() == 12722);
}

TEST_CASE("trace: faults, refusals, dead letters and lives are seen as instants") {
  const ProgramFixture fixture;
  using Instants = std::map<std::pair<std::string, std::string>, std::size_t>;
  const auto instants = [&](const std::string& scenario) {
    REQUIRE(fixture.replay(kScenarios + scenario, {"--record"}).signal == 0);
    Instants counts = instants_of(traced(fixture));
    std::erase_if(counts, [](const auto& one) {
      const std::string& name = one.first.second;
      return name.starts_with("publish to ") || name == "started" || name == "closed";
    });
    return counts;
  };
  const std::string worker = "components/worker/events";
  CHECK(instants("restart.toml") ==
        Instants{{{worker, "crashed"}, 2}, {{worker, "restarted"}, 2}, {{worker, "fault crash"}, 2}});
  CHECK(instants("refused.toml") == Instants{{{"components/generator/events", "fault off by one"}, 50},
                                             {{"components/model/events", "refused"}, 5},
                                             {{"queues/unusable/events", "dead-lettered"}, 5}});
  CHECK(instants("message-ttl.toml") == Instants{{{"queues/work/events", "dropped"}, 160},
                                                 {{"queues/work/events", "expired"}, 15},
                                                 {{"queues/graveyard/events", "dead-lettered"}, 175}});
  CHECK(instants("drift-transitions.toml").at({"drifts", "drift feature-shift of again-and-again"}) == 3);
}

TEST_CASE("trace: what a component holds when it crashes has lanes of its own") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kScenarios + "negative/crash.toml", {"--record"}).signal == 0);
  const DecodedTrace trace = traced(fixture);
  check_slices(trace, record_of(fixture));
  std::set<std::string> lanes;
  for (const DecodedSlice& slice : trace.slices()) {
    if (slice.annotations.contains("outcome")) {
      CHECK(slice.annotations.at("outcome") == "crashed");
      lanes.insert(trace.path_of(slice.track));
    }
  }
  CHECK(lanes.size() == 18);
  CHECK(lanes.contains("components/dies/dies"));
  CHECK(lanes.contains("components/dies/dies 18"));
}

TEST_CASE("trace: Chrome's JSON has the same slices, arrows, instants and counters") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kScenarios + "refused.toml", {"--record"}).status == 0);
  const DecodedTrace protobuf = traced(fixture);
  REQUIRE(trace(fixture, fixture.file("trace.json"), {"--json"}).status == 0);
  std::map<std::string, std::size_t> counts;
  std::int64_t service_ns = 0;
  const Json file = Json::parse(read_file(fixture.file("trace.json")));
  for (const Json& event : file.at("traceEvents")) {
    const std::string phase = event.at("ph");
    const bool is_service = event.value("cat", "") == "service";
    ++counts[phase == "X" ? event.at("cat").get<std::string>() : phase];
    if (is_service) service_ns += std::llround(event.at("dur").get<double>() * 1000);
  }
  std::int64_t expected_ns = 0;
  for (const DecodedSlice& slice : protobuf.slices()) expected_ns += slice.end_ns - slice.begin_ns;
  CHECK(service_ns == expected_ns);
  CHECK(counts["service"] == protobuf.slices().size());
  std::size_t instants = 0;
  for (const auto& [place, count] : instants_of(protobuf)) instants += count;
  CHECK(counts["event"] + counts["i"] == instants);
  CHECK(counts["C"] == static_cast<std::size_t>(
                           std::ranges::count(protobuf.events, DecodedEvent::kCounter, &DecodedEvent::type)));
  std::size_t ends = 0;
  for (const auto& [flow, places] : protobuf.flows()) ends += places.size();
  CHECK(counts["s"] + counts["t"] + counts["f"] == ends);
}

TEST_CASE("trace: the same run gives the same bytes, in a file and on standard output") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kScenarios + "restart.toml", {"--record"}).status == 0);
  REQUIRE(trace(fixture, fixture.file("a")).status == 0);
  REQUIRE(fixture.replay(kScenarios + "restart.toml", {"--record", "--threads", "1"}).status == 0);
  const Outcome outcome = trace(fixture, "-");
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out == read_file(fixture.file("a")));
}

TEST_CASE("trace: folders that are no recorded run") {
  const ProgramFixture fixture;
  const std::string file = fixture.file("trace.pf");
  fs::create_directories(fixture.run());
  check_refused(trace(fixture, file), 2, "summary.json: cannot be read: expected a run directory");
  fixture.write("runs/run/node.json", "{}");
  check_refused(trace(fixture, file), 2, "is of one node of a run on a broker: its events are in no record");
  fs::remove_all(fixture.run());

  REQUIRE(fixture.replay(kScenarios + "restart.toml").status == 0);
  check_refused(trace(fixture, file), 2,
                "has no events.sqlite, so nothing is known of its events; replay it with");
  check_refused(trace(fixture, file), 2, " replay " + kScenarios + "restart.toml --record");
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("trace: records of another version, of another run, and damaged ones") {
  const ProgramFixture fixture;
  const std::string file = fixture.file("trace.pf");
  REQUIRE(fixture.replay(kScenarios + "restart.toml", {"--record"}).status == 0);
  const std::string good = read_file(record_of(fixture));
  const auto check_with = [&](const std::string& sql, const std::string& text) {
    fs::remove(record_of(fixture));
    fixture.write("runs/run/events.sqlite", good);
    run_sql(record_of(fixture), sql);
    check_refused(trace(fixture, file), 2, text);
    CHECK(names_in(fixture.file("")) == std::vector<std::string>{"runs"});
  };
  check_with("PRAGMA user_version = 4", "has version 4 of the record's tables, expected 5");
  check_with("UPDATE run SET value = '7' WHERE key = 'seed'",
             "is not the record of this run: its seed is '7'");
  check_with("UPDATE event SET component = 99 WHERE number = 20", "is damaged: its event 20 cannot be");
  check_with("UPDATE event SET time_ns = -1 WHERE number = 20", "is damaged: its event 20 cannot be");
  check_with("UPDATE event SET number = 9223372036854775807 WHERE number = 20", "is damaged: its event");
  check_with("UPDATE event SET cause = 20 WHERE number = 20", "is damaged: its event 20 cannot be");
  check_with("UPDATE route SET resource = 77", "is damaged: route 1 leads to no resource");
  check_with("DELETE FROM message WHERE message = 3", "is damaged: message 4 is out of order");
  fixture.write("runs/run/events.sqlite", good.substr(0, good.size() / 2));
  check_refused(trace(fixture, file), 2, "is no record of events, or a damaged one");
}

TEST_CASE("trace: nothing is overwritten, and a disk that gets full is told") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kScenarios + "restart.toml", {"--record"}).status == 0);
  const std::string taken = fixture.write("taken", "mine");
  check_refused(trace(fixture, taken), 2, "exists, and nothing is overwritten");
  CHECK(read_file(taken) == "mine");
  check_refused(trace(fixture, fixture.file("none/trace.pf")), 3, "cannot write");
  if (fs::exists("/dev/full")) {
    const Outcome outcome =
        run_process({.program = "/bin/sh",
                     .arguments = {"-c", "exec \"$@\" > /dev/full", "sh", dse_command({}).program, "trace",
                                   fixture.run(), "-o", "-"}});
    check_refused(outcome, 3, "cannot write to standard output: No space left on device");
  }
  const SmallDisk disk(fixture.file("disk"), "16k");
  if (!disk.mounted()) {
    WARN("a full disk was not tested: no file system can be mounted here (" << disk.reason() << ")");
    return;
  }
  check_refused(trace(fixture, fixture.file("disk/trace.pf")), 3, "No space left on device; free some space");
  CHECK(names_in(fixture.file("disk")).empty());
}
