// What the scripts of a page draw.
#include "sim/report/report_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dse/random.h"
#include "support/catch.h"
#include "support/draft_run.h"

using namespace dse;

namespace {

// A run without anything planted.
FinishedRun plain_run() {
  FinishedRun run = DraftRun().read();
  run.summary.erase("faults");
  run.summary.erase("drifts");
  run.occurrences.clear();
  return run;
}

// "0.5 drift: inversion" of each marker.
std::vector<std::string> markers(const FinishedRun& run) {
  std::vector<std::string> texts;
  const ReportJson data = run_data(run, "");
  for (const ReportJson& marker : data.at("markers"))
    texts.push_back(fmt::format("{} {}: {}", marker.at("time").get<double>(),
                                marker.at("sort").get<std::string>(), marker.at("label").get<std::string>()));
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("curves are points by metric and component, in seconds") {
  FinishedRun run = plain_run();
  run.curves.push_back({2'500'000'000, "mlp", "accuracy", 0.25});
  const ReportJson data = run_data(run, "A: run");
  CHECK(data.at("label") == "A: run");
  CHECK(data.at("end") == 2.0);
  CHECK(data.at("curves") ==
        ReportJson::parse(R"({"accuracy": {"lenet": [[1.0, 0.5], [2.0, 0.75]], "mlp": [[2.5, 0.25]]}})"));
}

TEST_CASE("a drift has a marker, a drift that comes again has several, until the run's end") {
  FinishedRun run = plain_run();
  run.summary["drifts"] = ReportJson::parse(
      R"([{"kind": "inversion", "name": "night", "at_ns": 500000000, "period_ns": 600000000},
          {"kind": "rotation", "at_ns": 100000000, "on": false},
          {"kind": "noise", "at_ns": 2000000000},
          {"kind": "shift", "at_ns": 2000000001}])");
  CHECK(markers(run) == Texts{"0.5 drift: drift: night (inversion)", "1.1 drift: drift: night (inversion)",
                              "1.7 drift: drift: night (inversion)", "2 drift: drift: noise"});
  run.summary["drifts"][0]["period_ns"] = 1;
  CHECK(markers(run).size() == 40);  // more of one sort would hide the curves
  run.summary["drifts"][0]["at_ns"] = INT64_MAX - 1;
  run.summary["drifts"][0]["period_ns"] = INT64_MAX;
  CHECK(markers(run) == Texts{"2 drift: drift: noise"});
}

TEST_CASE("a fault has a marker where it begins, and where it ends") {
  FinishedRun run = plain_run();
  run.summary["faults"] = ReportJson::parse(
      R"([{"kind": "lose", "component": "lenet", "from_ns": 1000000000, "until_ns": 1500000000},
          {"kind": "crash", "name": "power", "component": "mlp", "at_ns": 250000000},
          {"kind": "slow", "component": "mlp", "until_ns": 750000000},
          {"kind": "mute", "component": "mlp", "at_ns": 3000000000},
          {"kind": "pause", "component": "mlp", "at_ns": 1, "on": false}])");
  CHECK(markers(run) == Texts{"0.25 fault: fault: power (crash) on mlp",
                              "0.75 fault: fault: slow on mlp ends", "1 fault: fault: lose on lenet",
                              "1.5 fault: fault: lose on lenet ends"});
}

TEST_CASE("a fault that has not said when it begins has a marker at its first strike") {
  FinishedRun run = plain_run();
  run.summary["faults"] = ReportJson::parse(
      R"([{"kind": "corrupt", "component": "camera"}, {"kind": "crash", "component": "lenet", "at_ns": 5}])");
  run.occurrences = {{.time_ns = 10, .component = "camera", .what = "struck", .fault = 0},
                     {.time_ns = 20, .component = "camera", .what = "struck", .fault = 0},
                     {.time_ns = 30, .component = "lenet", .what = "struck", .fault = 1},
                     {.time_ns = 40, .component = "lenet", .what = "struck", .fault = 9},
                     {.time_ns = 50, .component = "lenet", .what = "struck"}};
  CHECK(markers(run) ==
        Texts{"5e-09 fault: fault: crash on lenet", "1e-08 fault: fault: corrupt first strikes camera"});
}

TEST_CASE("the life of components and alarms have markers, in the order of their times") {
  FinishedRun run = plain_run();
  run.occurrences = {{.time_ns = 250'000'000, .component = "lenet", .what = "crashed"},
                     {.time_ns = 500'000'000, .component = "lenet", .what = "restarted"},
                     {.time_ns = 500'000'000, .component = "ddm", .what = "alarm", .message = "ddm-0"},
                     {.time_ns = 600'000'000, .component = "lenet", .what = "fault due", .fault = 0}};
  run.summary["drifts"] = ReportJson::parse(R"([{"kind": "noise", "at_ns": 400000000}])");
  CHECK(markers(run) == Texts{"0.25 life: lenet crashed", "0.4 drift: drift: noise",
                              "0.5 life: lenet restarted", "0.5 alarm: ddm alarm"});
}

TEST_CASE("latencies are those of a sorted list of all of them") {
  const std::uint64_t seed = 20'260'101;
  RandomStream random(seed, "report", "latencies");
  for (const std::size_t messages : {1U, 2U, 9U, 10U, 11U, 999U, 1000U, 1001U, 5000U}) {
    std::vector<TimeNs> sorted;
    for (std::size_t number = 0; number < messages; ++number)
      sorted.push_back(static_cast<TimeNs>(random.below(300)));
    std::sort(sorted.begin(), sorted.end());
    std::map<TimeNs, std::uint64_t> counts;
    for (const TimeNs one : sorted) ++counts[one];
    std::vector<LatencyRow> rows = {{"a", "wait", 7, 3}};
    for (const auto& [latency_ns, count] : counts) rows.push_back({"a", "sojourn", latency_ns, count});
    rows.push_back({"b", "sojourn", 1, 1});

    INFO("seed " << seed << ", " << messages << " messages");
    const std::vector<LatencyFigures> all = latency_figures(rows);
    REQUIRE(all.size() == 3);
    CHECK(all[0].measure == "wait");
    CHECK(all[2].component == "b");
    CHECK(all[1].messages == messages);
    CHECK(all[1].largest_ns == sorted.back());
    REQUIRE(all[1].permille.size() == kLatencyPermille.size());
    for (std::size_t number = 0; number < kLatencyPermille.size(); ++number) {
      // The smallest latency that at least this share of the messages does not exceed.
      const auto fits = [&](TimeNs latency_ns) {
        const auto within = std::upper_bound(sorted.begin(), sorted.end(), latency_ns) - sorted.begin();
        return static_cast<std::uint64_t>(within) * 1000 >= kLatencyPermille[number] * messages;
      };
      CHECK(all[1].permille[number] == *std::find_if(sorted.begin(), sorted.end(), fits));
    }
  }
  CHECK(latency_figures({}).empty());
}

TEST_CASE("the curve of latencies begins with the shortest, ends with the longest, and never falls") {
  FinishedRun run = plain_run();
  run.latencies = {{"a", "wait", 10, 1}, {"a", "wait", 20, 8}, {"a", "wait", 90, 1}, {"b", "wait", 5, 1}};
  const ReportJson latencies = run_data(run, "").at("latencies");
  REQUIRE(latencies.size() == 2);
  const ReportJson& points = latencies[0].at("points");
  CHECK(points.front() == ReportJson::array({0.0, 10}));
  CHECK(points.back()[1] == 90);
  for (std::size_t number = 1; number < points.size(); ++number) {
    CHECK(points[number][0].get<double>() > points[number - 1][0].get<double>());
    CHECK(points[number][1].get<TimeNs>() >= points[number - 1][1].get<TimeNs>());
  }
  for (const ReportJson& point : latencies[1].at("points")) CHECK(point[1] == 5);
}

TEST_CASE("as many messages as a file may have make a curve that ends") {
  FinishedRun run = plain_run();
  run.latencies = {{"a", "wait", 10, (std::uint64_t{1} << 53) - 1}, {"a", "wait", 20, 1}};
  CHECK(run_data(run, "").at("latencies")[0].at("points").back()[1] == 20);
}

TEST_CASE("an exploration's spreads are by metric") {
  const TemporaryFolder place;
  DraftExploration().write(place.path());
  CHECK(exploration_data(read_exploration(place.path())) == ReportJson::parse(R"({
    "parameters": ["component.camera.rate"],
    "metrics": {"lenet.accuracy": [{"values": ["1/s"], "runs": 3, "box": [0.1, 0.2, 0.3, 0.4, 0.5]},
                                   {"values": ["2/s"], "runs": 3, "box": [0.2, 0.3, 0.4, 0.5, 0.6]}]}})"));
}
