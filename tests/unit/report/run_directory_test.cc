// What is read back from run directories: whole ones, and every way in which one can be wrong.
#include "sim/report/run_directory.h"

#include <filesystem>
#include <functional>

#include "support/catch.h"
#include "support/draft_run.h"
#include "support/error_text.h"

using namespace dse;

namespace {

namespace fs = std::filesystem;

// The error of reading the run once it was changed; "" when it is read. `FOLDER` stands for its path.
std::string error_of(const std::function<void(DraftRun& run, const fs::path& folder)>& change,
                     const std::function<void(const fs::path& folder)>& damage = {}) {
  const TemporaryFolder place;
  const fs::path folder = place.path() / "run";
  DraftRun run;
  change(run, folder);
  run.write(folder);
  if (damage) damage(folder);
  std::string text = input_error([&] { read_run(folder); });
  for (std::size_t at = text.find(folder.string()); at != std::string::npos; at = text.find(folder.string()))
    text.replace(at, folder.string().size(), "FOLDER");
  return text;
}

std::string error_after(const std::function<void(const fs::path& folder)>& damage) {
  return error_of([](DraftRun&, const fs::path&) {}, damage);
}

void put(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

}  // namespace

TEST_CASE("a whole run is read back") {
  const FinishedRun run = DraftRun().read();
  CHECK(run.summary.at("title") == "Digits");
  CHECK(run.scenario_path == "/nowhere/digits.toml");
  REQUIRE(run.curves.size() == 2);
  CHECK(run.curves[1].time_ns == 2'000'000'000);
  CHECK(run.curves[1].value == 0.75);
  REQUIRE(run.confusion.size() == 1);
  CHECK(run.confusion[0].cells.size() == 2);  // those of windows are left out
  REQUIRE(run.wrong_answers.size() == 1);
  CHECK(run.wrong_answers[0].index == 2U);
  REQUIRE(run.occurrences.size() == 2);
  CHECK(run.occurrences[0].fault == std::size_t{0});
  CHECK_FALSE(run.occurrences[1].fault.has_value());
  REQUIRE(run.latencies.size() == 2);
  CHECK(run.latencies[1].messages == 1);
}

TEST_CASE("a run without predictions, faults and messages has fewer files, and is whole") {
  CHECK(error_of([](DraftRun& run, const fs::path&) {
          for (const char* file : {"confusion.csv", "occurrences.csv", "wrong_answers.csv"})
            run.tables.erase(file);
          run.timing["files"] = {"summary.json", "metrics.csv", "latencies.csv", "topology.json"};
          run.tables["latencies.csv"] = "component,measure,largest_ns,messages\n";
          run.summary.erase("faults");
          run.summary.erase("drifts");
        }) == "");
}

TEST_CASE("what is no run directory is told from one that is incomplete") {
  const TemporaryFolder place;
  const auto error = [](const fs::path& folder) { return input_error([&] { read_run(folder); }); };
  CHECK_THAT(error(place.path() / "none"), ContainsSubstring("there is no such run directory; `dse replay`"));
  CHECK_THAT(error(place.path()), ContainsSubstring("is no run directory: it has no summary.json; name one"));
  put(place.path() / "file", "x");
  CHECK_THAT(error(place.path() / "file"),
             ContainsSubstring("file: is a file; a report is made from the directory"));
  put(place.path() / "node.json", "{}");
  CHECK_THAT(error(place.path()), ContainsSubstring("was left by one node; a report needs the directory"));
  CHECK_THAT(error(std::string(5000, 'x')), ContainsSubstring("cannot be read: File name too long"));
  CHECK_THAT(error(""), ContainsSubstring("there is no such run directory"));
}

TEST_CASE("a run directory without one of its files is incomplete") {
  for (const char* file : {"topology.json", "metrics.csv", "confusion.csv", "latencies.csv",
                           "occurrences.csv", "timing.json", "wrong_answers.csv"}) {
    CHECK(error_after([file](const fs::path& folder) { fs::remove(folder / file); }) ==
          std::string("FOLDER: is incomplete: ") + file + " is missing; replay the scenario again");
    CHECK(error_after([file](const fs::path& folder) {
            fs::remove(folder / file);
            fs::create_directory(folder / file);
          }) == std::string("FOLDER: is incomplete: ") + file + " is missing; replay the scenario again");
  }
  CHECK_THAT(
      error_of([](DraftRun& run, const fs::path&) { run.timing["files"].push_back(std::string(300, 'x')); }),
      ContainsSubstring("is incomplete: xxx"));
}

TEST_CASE("a run of another version is not read") {
  CHECK(error_of([](DraftRun& run, const fs::path&) { run.summary["version"] = "0.0.1\x1b"; }) ==
        "FOLDER: was left by dse 0.0.1\\x1b, and this is " + std::string(version()) +
            ": replay the scenario again");
  CHECK_THAT(error_of([](DraftRun& run, const fs::path&) { run.summary.erase("version"); }),
             ContainsSubstring("summary.json: is damaged: 'version' is missing"));
}

TEST_CASE("a file that is no JSON of a run is named") {
  for (const char* file : {"summary.json", "topology.json", "timing.json"}) {
    for (const std::string& text : {std::string(), std::string("[]"), std::string("{\"a\":"),
                                    std::string(1, '\0'), "{\"a\":" + std::string(1'000'000, '['),
                                    "{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}"}) {
      CHECK(error_after([&](const fs::path& folder) { put(folder / file, text); }) ==
            std::string("FOLDER/") + file +
                ": is damaged: it is no JSON object that dse has written; replay the scenario again");
    }
  }
}

TEST_CASE("a key that is missing or of another type is named, with its place") {
  const auto topology = [](const std::string& pointer, const ReportJson& value) {
    return error_of(
        [&](DraftRun& run, const fs::path&) { run.topology[ReportJson::json_pointer(pointer)] = value; });
  };
  const std::string end = " is missing or of another type; replay the scenario again";
  CHECK(topology("/components/1/reads", 7) ==
        "FOLDER/topology.json: is damaged: components, number 2: 'reads'" + end);
  CHECK(topology("/resources/0/queue", "yes") ==
        "FOLDER/topology.json: is damaged: resources, number 1: 'queue'" + end);
  CHECK(topology("/flows/0/written", -1) == "FOLDER/topology.json: is damaged: flows: 'written'" + end);
  CHECK(topology("/bindings", nullptr) == "FOLDER/topology.json: is damaged: 'bindings'" + end);
  CHECK(error_of([](DraftRun& run, const fs::path&) { run.summary["virtual_time_ns"] = UINT64_MAX; }) ==
        "FOLDER/summary.json: is damaged: 'virtual_time_ns'" + end);
  CHECK(error_of([](DraftRun& run, const fs::path&) { run.summary["faults"][0]["at_ns"] = 1e300; }) ==
        "FOLDER/summary.json: is damaged: faults, number 1: 'at_ns'" + end);
}

TEST_CASE("a table that no run of this version has written is named, with line and column") {
  const auto error = [](const std::string& file, const std::string& text) {
    return error_of([&](DraftRun& run, const fs::path&) { run.tables[file] = text; });
  };
  const std::string header = "component,measure,largest_ns,messages\n";
  CHECK_THAT(error("latencies.csv", ""), ContainsSubstring("latencies.csv"));
  CHECK_THAT(
      error("latencies.csv", "more," + header),
      ContainsSubstring("latencies.csv:1: is damaged, or of another version: its columns are not those"));
  CHECK_THAT(
      error("latencies.csv", header + "a,latency,1\n"),
      ContainsSubstring("latencies.csv:2: is damaged, or of another version: a line has too few fields"));
  CHECK_THAT(error("latencies.csv", header + "a,latency,1,2\na,latency,x,1\n"),
             ContainsSubstring(
                 "latencies.csv:3:3: largest_ns: the file is damaged: expected a number, found \"x\""));
  CHECK_THAT(error("latencies.csv", header + "a,latency,-5,2\n"),
             ContainsSubstring("a time that is not below 0"));
  for (const char* count : {"0", "9007199254740993", "18446744073709551615"}) {
    CHECK_THAT(error("latencies.csv", header + "a,latency,5," + count + "\n"),
               ContainsSubstring("messages: the file is damaged: expected a count of messages, found"));
  }
  CHECK_THAT(error("metrics.csv", "virtual_time_ns,component,metric,value\n1,a,b,\n"),
             ContainsSubstring("metrics.csv:2:4: value: the file is damaged: expected a number, found \"\""));
  CHECK_THAT(error("confusion.csv", "\"component"), ContainsSubstring("confusion.csv"));
}

TEST_CASE("an exploration is told from a run by its summary, whatever its components are called") {
  const TemporaryFolder place;
  DraftExploration().write(place.path() / "exploration");
  DraftRun run;
  run.tables["spread.csv"] = "of a watch that is called spread\n";
  run.write(place.path() / "run");
  CHECK(is_exploration(place.path() / "exploration"));
  CHECK_FALSE(is_exploration(place.path() / "run"));
  CHECK_FALSE(is_exploration(place.path() / "none"));
  fs::remove(place.path() / "exploration/spread.csv");
  CHECK(is_exploration(place.path() / "exploration"));
  put(place.path() / "run/summary.json", "[");
  CHECK_FALSE(is_exploration(place.path() / "run"));
}

TEST_CASE("an exploration is read back, and refused when it is not whole") {
  const TemporaryFolder place;
  DraftExploration draft;
  draft.write(place.path());
  const FinishedExploration found = read_exploration(place.path());
  CHECK(found.parameters == std::vector<std::string>{"component.camera.rate"});
  REQUIRE(found.spreads.size() == 2);
  CHECK(found.spreads[1].values == std::vector<std::string>{"2/s"});
  CHECK(found.spreads[1].median == 0.4);
  CHECK(found.spreads[1].depends_on_ordering);
  REQUIRE(found.failures.size() == 1);
  CHECK(found.failures[0].replay == "dse replay digits.toml --seed 2");

  const auto error = [&] { return input_error([&] { read_exploration(place.path()); }); };
  draft.summary["runs"] = "many";
  draft.write(place.path());
  CHECK_THAT(error(), ContainsSubstring("summary.json: is damaged: 'runs' is missing or of another type"));
  draft.summary["runs"] = 6;
  draft.summary["files"] = {"summary.json"};
  draft.write(place.path());
  fs::remove(place.path() / "failures.csv");
  CHECK_THAT(error(),
             ContainsSubstring("is incomplete: failures.csv is missing; explore the scenario again"));
  draft.summary["version"] = "0.0.1";
  draft.write(place.path());
  CHECK_THAT(error(), ContainsSubstring("was left by dse 0.0.1, and this is"));
}
