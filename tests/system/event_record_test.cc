// dse replay --record: what it writes, what it leaves unchanged, and the queries of its page.
#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "small_disk.h"
#include "support/catch.h"
#include "support/program_fixture.h"
#include "support/sqlite_file.h"

namespace fs = std::filesystem;

namespace {

using Row = std::vector<std::string>;

const std::string kSampleScenario = kScenarios + "sample-four-models.toml";

std::string record_of(const ProgramFixture& fixture) { return fixture.run() + "/events.sqlite"; }

std::string first_field(const std::string& path, const std::string& sql) { return run_sql(path, sql)[0][0]; }

nlohmann::json summary_of(const ProgramFixture& fixture) {
  return nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
}

// Each ```sql block of the page.
std::vector<std::string> documented_queries() {
  std::vector<std::string> queries;
  bool within = false;
  for (const std::string& line : lines_of(read_file(DSE_SOURCE_DIR "/docs/event-record.md"))) {
    if (line == "```sql") {
      within = true;
      queries.emplace_back();
    } else if (line == "```") {
      within = false;
    } else if (within) {
      queries.back() += line + "\n";
    }
  }
  return queries;
}

// The rows of the one documented query with `words` in it.
std::vector<Row> documented(const std::string& record, const std::string& words) {
  const std::vector<std::string> queries = documented_queries();
  const auto has_words = [&](const std::string& query) { return query.find(words) != std::string::npos; };
  REQUIRE(std::count_if(queries.begin(), queries.end(), has_words) == 1);
  return run_sql(record, *std::find_if(queries.begin(), queries.end(), has_words));
}

}  // namespace

TEST_CASE("record: two more files with --record, and the others are the same with and without") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario).status == 0);
  std::map<std::string, std::string> without;
  for (const std::string& name : names_in(fixture.run()))
    without[name] = read_file(fixture.run() + "/" + name);
  CHECK_FALSE(without.contains("events.sqlite"));
  CHECK_FALSE(without.contains("predictions.csv"));

  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  CHECK(names_in(fixture.run()).size() == without.size() + 2);
  for (const auto& [name, content] : without) {
    INFO(name);
    if (name != "timing.json") CHECK(read_file(fixture.run() + "/" + name) == content);
  }
  CHECK(fs::exists(record_of(fixture)));
  CHECK(fs::exists(fixture.run() + "/predictions.csv"));
}

TEST_CASE("record: the same run gives the same bytes, on any number of threads") {
  const ProgramFixture fixture;
  const auto recorded = [&](const std::string& threads) {
    REQUIRE(fixture.replay(kSampleScenario, {"--record", "--threads", threads}).status == 0);
    return std::pair(read_file(record_of(fixture)), read_file(fixture.run() + "/predictions.csv"));
  };
  const auto first = recorded("1");
  CHECK((first == recorded("1")));
  CHECK((first == recorded("4")));
}

TEST_CASE("record: every event is there, and agrees with the summary") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  const std::string record = record_of(fixture);
  const nlohmann::json summary = summary_of(fixture);

  const auto events = summary["events"].get<std::uint64_t>();
  CHECK(first_field(record, "SELECT count(*) FROM events") == std::to_string(events));
  CHECK(run_sql(record, "SELECT min(number), max(number) FROM events")[0] ==
        Row{"1", std::to_string(events)});
  CHECK(first_field(record, "SELECT count(*) FROM events WHERE kind = 'delivered'") ==
        summary["deliveries"].dump());
  CHECK(first_field(record, "SELECT count(*) FROM events WHERE cause >= number") == "0");
  CHECK(first_field(record, "SELECT value FROM run WHERE key = 'status'") == "completed");
  CHECK(first_field(record, "SELECT value FROM run WHERE key = 'fingerprint_events'") ==
        summary["fingerprint"]["events"]);
  for (const auto& [component, kind, metric] : {std::tuple("trainer", "published", "trainer.sent"),
                                                std::tuple("softmax", "published", "softmax.predicted"),
                                                std::tuple("votes", "delivered", "votes.received")}) {
    INFO(metric);
    CHECK(first_field(record, std::string("SELECT count(*) FROM events WHERE kind = '") + kind +
                                  "' AND component = '" + component + "'") ==
          summary["metrics"][metric].dump());
  }
}

TEST_CASE("record: a delivery is caused by the publication of the same message") {
  const ProgramFixture fixture;
  for (const std::string ordering : {"0", "7"}) {
    REQUIRE(
        fixture.replay(kSampleScenario, {"--record", "--ordering", ordering, "--set", "expect=[]"}).status ==
        0);
    CHECK(first_field(record_of(fixture),
                      "SELECT count(*) FROM events AS delivery JOIN events AS cause ON cause.number = "
                      "delivery.cause WHERE delivery.kind = 'delivered' AND cause.kind = 'published' AND "
                      "cause.message <> delivery.message") == "0");
    CHECK(first_field(record_of(fixture), "SELECT count(*) FROM events WHERE cause >= number") == "0");
  }
}

TEST_CASE("record: one line for each prediction, with the truth where there is one") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  const std::vector<std::string> lines = lines_of(read_file(fixture.run() + "/predictions.csv"));
  CHECK(lines.size() == 2001);
  CHECK(lines[0] == "virtual_time_ns,model,message,answers,label,confidence,truth,data_index");
  CHECK_THAT(lines[1], Catch::Matchers::StartsWith("172000,softmax,softmax-0,camera-b-0,"));
  std::map<std::string, int> right;
  std::map<std::string, int> all;
  for (auto line = lines.begin() + 1; line != lines.end(); ++line) {
    std::vector<std::string> fields(1);
    for (const char c : *line) {
      if (c == ',') {
        fields.emplace_back();
      } else {
        fields.back() += c;
      }
    }
    REQUIRE(fields.size() == 8);
    ++all[fields[1]];
    if (fields[4] == fields[6]) ++right[fields[1]];
  }
  const nlohmann::json metrics = summary_of(fixture)["metrics"];
  for (const std::string model : {"softmax", "mlp", "lenet", "quadratic"}) {
    INFO(model);
    CHECK(all[model] == 500);
    CHECK(metrics[model + ".accuracy"].get<double>() == Approx(right[model] / 500.0));
  }
}

TEST_CASE("record: the queries of its page") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kSampleScenario, {"--record"}).status == 0);
  const std::string record = record_of(fixture);
  const std::vector<std::string> queries = documented_queries();
  CHECK(queries.size() >= 5);
  for (const std::string& query : queries) {
    INFO(query);
    CHECK_FALSE(run_sql(record, query).empty());
  }

  CHECK(documented(record, "AS consumer")[0] == Row{"echo", "500", "100000", "100000.0", "100000"});
  const std::vector<Row> chain = documented(record, "RECURSIVE");
  REQUIRE(chain.size() == 6);
  CHECK(chain[0] == Row{"60", "210000", "published", "lenet", "predictions", "lenet-0"});
  CHECK(chain[4] == Row{"32", "50000", "published", "trainer", "mnist", "trainer-0"});
  CHECK(chain[5] == Row{"8", "0", "started", "trainer", "NULL", "NULL"});
  const std::vector<Row> held = documented(record, "held_by");
  CHECK(held.size() == 8);
  CHECK(held[0] == Row{"lenet", "camera-b-50", "lenet"});
  CHECK(documented(record, "last_ns")[0] == Row{"lenet", "8004", "500", "2500", "499920000"});
  CHECK(documented(record, "longest_stay_ns")[0] == Row{"echo", "500", "50000", "100000"});
  CHECK(documented(record, "count(DISTINCT component)")[0] == Row{"50000", "23", "10"});
}

TEST_CASE("record: the page describes every table and column") {
  const ProgramFixture fixture;
  REQUIRE(fixture.replay(kScenarios + "generator-and-echo.toml", {"--record"}).status == 0);
  const std::string page = read_file(DSE_SOURCE_DIR "/docs/event-record.md");
  for (const Row& name :
       run_sql(record_of(fixture),
               "SELECT name FROM sqlite_master UNION SELECT columns.name FROM sqlite_master, "
               "pragma_table_info(sqlite_master.name) AS columns")) {
    INFO(name[0]);
    if (!name[0].starts_with("sqlite_autoindex")) CHECK_THAT(page, ContainsSubstring("`" + name[0] + "`"));
  }
  for (const Row& kind : run_sql(record_of(fixture), "SELECT name FROM kind"))
    CHECK_THAT(page, ContainsSubstring("`" + kind[0] + "`"));
  for (const Row& key : run_sql(record_of(fixture), "SELECT key FROM run WHERE key NOT LIKE 'fingerprint%'"))
    CHECK_THAT(page, ContainsSubstring("`" + key[0] + "`"));
}

TEST_CASE("record: a component that only listens changes no draw, no prediction and no model") {
  const ProgramFixture fixture;
  const std::string data = std::string("\"") + kSample;
  std::string scenario = read_file(kSampleScenario);
  while (scenario.find("\"../data/sample/") != std::string::npos)
    scenario = replaced(scenario, "\"../data/sample/", data);
  const auto fingerprint = [&](const std::string& text, const std::string& ordering) {
    const Outcome outcome = fixture.replay(fixture.write("s.toml", text), {"--ordering", ordering});
    INFO(outcome.err);
    REQUIRE(outcome.signal == 0);
    return summary_of(fixture)["fingerprint"];
  };
  const std::string listener =
      "\n[component.aaa-listener]\nkind = \"watch\"\nfrom = \"heard\"\n"
      "[[binding]]\nfrom = [\"mnist\", \"camera-a\", \"camera-b\", \"predictions\"]\nto = \"heard\"\n";
  for (const std::string ordering : {"0", "3"}) {
    INFO("ordering " << ordering);
    const auto without = fingerprint(scenario, ordering);
    const auto with = fingerprint(scenario + listener, ordering);
    CHECK(with["draws"] == without["draws"]);
    CHECK(with["predictions"] == without["predictions"]);
    CHECK(with["models"] == without["models"]);
    CHECK(with["events"] != without["events"]);
  }
}

TEST_CASE("record: a disk that gets full while events are recorded") {
  for (const std::string size : {"16k", "200k", "600k"}) {
    const ProgramFixture fixture;
    const SmallDisk disk(fixture.file("disk"), size);
    if (!disk.mounted()) {
      WARN("a full disk was not tested: no file system can be mounted here (" << disk.reason() << ")");
      return;
    }
    const Outcome outcome =
        run_process(dse_command({"replay", kSampleScenario, "--record", "--out", fixture.file("disk/run")}));
    INFO(size << '\n' << outcome.err);
    CHECK(outcome.signal == 0);
    CHECK(outcome.status == 3);
    CHECK_THAT(outcome.err, Catch::Matchers::StartsWith("dse: cannot write "));
    CHECK_THAT(outcome.err, ContainsSubstring("free some space"));
    if (size != "16k") CHECK_THAT(outcome.err, ContainsSubstring("events.sqlite: database or disk is full"));
    CHECK(names_in(fixture.file("disk")) == std::vector<std::string>());
  }
}

TEST_CASE("record: an ordering is an integer from 0 to 2^64-1") {
  const ProgramFixture fixture;
  for (const std::string bad : {"-1", "x", "", "1.5", "18446744073709551616"}) {
    const Outcome outcome = fixture.replay(kScenarios + "generator-and-echo.toml", {"--ordering", bad});
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err,
               ContainsSubstring("'" + bad + "' is not an ordering: expected an integer from 0 to"));
  }
}

TEST_CASE("record: a scenario's ordering is that of --ordering, and the summary says so") {
  const ProgramFixture fixture;
  const auto run = [&](const std::vector<std::string>& options) {
    std::vector<std::string> all = {"--set", "expect=[]"};
    all.insert(all.end(), options.begin(), options.end());
    REQUIRE(fixture.replay(kSampleScenario, all).status == 0);
    return summary_of(fixture);
  };
  const auto by_option = run({"--ordering", "5"});
  CHECK(by_option["ordering"] == 5);
  const auto by_key = run({"--set", "ordering=5"});
  CHECK(by_key["ordering"] == 5);
  CHECK(by_key["fingerprint"] == by_option["fingerprint"]);
  const auto scheduled = run({"--set", "ordering=5", "--ordering", "0"});
  CHECK_FALSE(scheduled.contains("ordering"));
  CHECK(scheduled["fingerprint"]["events"] != by_key["fingerprint"]["events"]);
}

TEST_CASE("record: each strike of a fault is a row, and a lost message is named in it") {
  const ProgramFixture fixture;
  const std::string scenario =
      small_scenario() +
      "[[fault]]\nkind = \"lose\"\nname = \"lossy\"\ncomponent = \"generator\"\nevery = 4\n"
      "[[fault]]\nkind = \"pause\"\ncomponent = \"generator\"\nat = \"2500us\"\nfor = \"1ms\"\n";
  REQUIRE(fixture.replay(fixture.write("s.toml", scenario), {"--record"}).status == 0);
  const std::string record = fixture.run() + "/events.sqlite";
  using Rows = std::vector<std::vector<std::string>>;
  CHECK(run_sql(record, "SELECT fault, name, kind, component, message, time_ns FROM strikes") ==
        Rows{{"1", "NULL", "pause", "generator", "NULL", "2500000"},
             {"0", "lossy", "lose", "generator", "generator-3", "3500000"},
             {"0", "lossy", "lose", "generator", "generator-7", "7500000"}});
  // Each has the number of an event, and events have no gaps.
  CHECK(run_sql(record, "SELECT count(*) FROM strike JOIN event USING (number)") == Rows{{"3"}});
  CHECK(run_sql(record, "SELECT max(number) - count(*) FROM event") == Rows{{"0"}});
}
