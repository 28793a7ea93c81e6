// The figures of a run against what its record of events says about the same messages, and what people are
// shown.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "support/sqlite_file.h"

namespace {

using Row = std::vector<std::string>;

const std::string kSampleScenario = kScenarios + "sample-four-models.toml";

nlohmann::json summary_of(const ProgramFixture& fixture) {
  return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
}

std::vector<Row> csv_rows(const std::string& path) {
  std::vector<Row> rows;
  for (const std::string& line : lines_of(read_file(path))) {
    Row row(1);
    for (const char c : line) {
      if (c == ',') {
        row.emplace_back();
      } else {
        row.back() += c;
      }
    }
    rows.push_back(row);
  }
  return rows;
}

// The quantile at `permille` thousandths, by its definition.
double quantile(std::vector<double> values, std::size_t permille) {
  std::sort(values.begin(), values.end());
  const std::size_t rank = std::max<std::size_t>(1, (values.size() * permille + 999) / 1000);
  return values[rank - 1];
}

std::string overloaded(const std::string& prefetch) {
  return replaced(small_scenario(), "[component.echo]\n",
                  "[resource.digits]\nprefetch = " + prefetch + "\n[component.echo]\nservice = \"5ms\"\n");
}

}  // namespace

TEST_CASE("figures: sojourns are those of the record, of a model for training and inference apart") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  // The bus learns of a settlement one hop after it.
  std::map<std::string, std::vector<double>> sojourns;
  for (const Row& row :
       run_sql(fixture.run() + "/events.sqlite",
               "SELECT component, json_extract(headers, '$.label') IS NULL, "
               "time_ns - 50000 - timestamp_ns FROM events JOIN messages ON messages.id = message "
               "WHERE kind = 'acknowledged'")) {
    const bool is_model = std::string("softmax mlp lenet quadratic").find(row[0]) != std::string::npos;
    const std::string prefix = !is_model ? "" : row[1] == "1" ? "infer_" : "train_";
    sojourns[row[0] + "." + prefix + "sojourn_"].push_back(std::stod(row[2]));
  }
  CHECK(sojourns.size() == 4 * 2 + 3);
  const nlohmann::json metrics = summary_of(fixture)["metrics"];
  for (const auto& [name, values] : sojourns) {
    for (const auto& [quantile_name, permille] :
         {std::pair("p50_ns", 500U), std::pair("p99_ns", 990U), std::pair("p999_ns", 999U)}) {
      INFO(name << quantile_name);
      const double exact = quantile(values, permille);
      REQUIRE(metrics.contains(name + quantile_name));
      CHECK(metrics[name + quantile_name].get<double>() >= exact);
      CHECK(metrics[name + quantile_name].get<double>() <= exact + exact / 128);
    }
  }
}

TEST_CASE("figures: a prefetch hides no delay, and the last table shows what a message goes through") {
  const ProgramFixture fixture;
  std::map<std::string, nlohmann::json> metrics;
  for (const std::string prefetch : {"0", "64"}) {
    const Outcome outcome = fixture.replay(fixture.write("slow.toml", overloaded(prefetch)));
    REQUIRE(outcome.status == 0);
    metrics[prefetch] = summary_of(fixture)["metrics"];
    // Ten messages arrive in a burst, and each takes 5 ms.
    CHECK(metrics[prefetch]["echo.sojourn_p999_ns"].get<double>() > 40e6);
    CHECK_THAT(outcome.out, ContainsSubstring(" sojourn  sojourn\n        received      p50      p99\n"));
    CHECK_THAT(outcome.out, !ContainsSubstring("latency"));
    CHECK_THAT(outcome.out, !ContainsSubstring("unhandled"));
  }
  CHECK(metrics["0"]["echo.sojourn_p50_ns"] == metrics["64"]["echo.sojourn_p50_ns"]);

  const Outcome cut = fixture.replay(fixture.write("slow.toml", overloaded("0")), {"--until", "20ms"});
  CHECK_THAT(cut.out, ContainsSubstring("  unhandled\n"));
}

TEST_CASE("figures: an expectation can name each of them, and their curves") {
  const ProgramFixture fixture;
  const std::string scenario = overloaded("1") + R"(
[metrics]
every = "5ms"
[[expect]]
metric = "echo.sojourn_p50_ns"
min = 1
rises = true
[[expect]]
metric = "echo.wait_p999_ns"
min = 1
[[expect]]
metric = "echo.unhandled"
equals = 0
[[expect]]
metric = "digits.max_unacknowledged"
equals = 1
[[expect]]
metric = "digits.mean_depth"
min = 0.1
)";
  const Outcome outcome = fixture.replay(fixture.write("slow.toml", scenario));
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == 0);
  std::map<std::string, int> points;
  for (const Row& row : csv_rows(fixture.run() + "/metrics.csv")) ++points[row[1] + "." + row[2]];
  for (const char* metric :
       {"echo.sojourn_p50_ns", "echo.sojourn_p99_ns", "echo.sojourn_p999_ns", "echo.wait_p50_ns",
        "echo.wait_p99_ns", "echo.wait_p999_ns", "digits.max_unacknowledged", "digits.mean_depth"}) {
    INFO(metric);
    CHECK(points[metric] >= 9);
  }
}

TEST_CASE("figures: each binding says how many messages it passed, and one that passed none is a warning") {
  const ProgramFixture fixture;
  const std::string bindings =
      "[[binding]]\nfrom = \"digits\"\nto = [\"sevens\", \"spare\"]\nheaders = { label = 7 }\n"
      "[[binding]]\nfrom = \"digits\"\nto = \"spare\"\nkey = \"*.*\"\n"
      "[component.sevens]\nkind = \"watch\"\nfrom = \"sevens\"\n"
      "[component.spare]\nkind = \"watch\"\nfrom = \"spare\"\n";
  const std::string scenario = fixture.write("bound.toml", small_scenario() + bindings);
  const Outcome outcome = fixture.replay(scenario);
  REQUIRE(outcome.status == 0);
  const nlohmann::json summary = summary_of(fixture);
  const nlohmann::json sevens = summary["metrics"]["sevens.received"];
  CHECK(summary["bindings"] ==
        nlohmann::json({{{"from", "digits"},
                         {"to", "sevens"},
                         {"key", "#"},
                         {"headers", {{"label", 7}}},
                         {"match", "all"},
                         {"passed", sevens}},
                        {{"from", "digits"},
                         {"to", "spare"},
                         {"key", "#"},
                         {"headers", {{"label", 7}}},
                         {"match", "all"},
                         {"passed", sevens}},
                        {{"from", "digits"}, {"to", "spare"}, {"key", "*.*"}, {"passed", 0}}}));
  const std::string warning = "warning: the binding digits -> spare  key *.* passed no message in this run";
  CHECK_THAT(outcome.err, ContainsSubstring(warning));
  CHECK_THAT(fixture.replay(scenario, {"--quiet"}).err, ContainsSubstring(warning));
}

TEST_CASE("figures: a prediction leads to its image, and a verdict to the truth") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  const std::vector<Row> predictions = csv_rows(fixture.run() + "/predictions.csv");
  REQUIRE(predictions.size() == 2001);
  CHECK(predictions[0].back() == "data_index");
  std::map<std::string, std::string> truths;
  for (auto row = predictions.begin() + 1; row != predictions.end(); ++row) {
    REQUIRE(row->size() == 8);
    const std::string& message = (*row)[3];  // "camera-a-12"
    const int number = std::stoi(message.substr(message.rfind('-') + 1));
    // The second camera begins at image 250.
    CHECK((*row)[7] == std::to_string(message.starts_with("camera-b") ? number + 250 : number));
    truths[message] = (*row)[6];
  }
  const std::vector<Row> votes = csv_rows(fixture.run() + "/votes.csv");
  REQUIRE(votes.size() == 501);
  CHECK(votes[0].back() == "truth");
  int right = 0;
  for (auto row = votes.begin() + 1; row != votes.end(); ++row) {
    CHECK(row->back() == truths[(*row)[1]]);
    if (row->back() == (*row)[2]) ++right;
  }
  CHECK(right / 500.0 == summary_of(fixture)["metrics"]["votes.accuracy"].get<double>());
}

TEST_CASE("figures: without truth the columns are empty, and the image is still known") {
  const ProgramFixture fixture;
  REQUIRE(fixture
              .replay(kSampleScenario, {"--record", "--set", "component.camera-a.slice=[3,9]", "--set",
                                        "expect=[]", "--set", "component.camera-b.slice=[20,22]"})
              .status == 0);
  const std::vector<Row> predictions = csv_rows(fixture.run() + "/predictions.csv");
  CHECK(std::any_of(predictions.begin(), predictions.end(),
                    [](const Row& row) { return row[3] == "camera-a-0" && row[7] == "3"; }));

  std::string scenario = read_file(kSampleScenario);
  for (int camera = 0; camera < 2; ++camera)
    scenario = replaced(scenario, "truth = \"../data/sample/t10k-labels-idx1-ubyte.gz\"\n", "");
  while (scenario.find("../data/sample/") != std::string::npos)
    scenario = replaced(scenario, "../data/sample/", kSample);
  REQUIRE(fixture.replay(fixture.write("no-truth.toml", scenario), {"--record"}).status == 0);
  for (const Row& row : csv_rows(fixture.run() + "/predictions.csv")) {
    if (row[0] == "virtual_time_ns") continue;
    CHECK(row[6].empty());
    CHECK_FALSE(row[7].empty());
  }
  const std::vector<Row> votes = csv_rows(fixture.run() + "/votes.csv");
  REQUIRE(votes.size() == 501);
  CHECK(votes[1].back().empty());
}
