// Whatever a run directory holds, its report is made or refused with an error that names a file: run
// directories that were damaged at random.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>

#include "dse/random.h"
#include "dse/tables.h"
#include "sim/report/report.h"
#include "sim/results/results.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/world.h"
#include "support/catch.h"
#include "support/draft_run.h"
#include "support/error_text.h"

using namespace dse;

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void put(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

// Leaves a run of the main scenario on a few digits in the folder.
void run_few_digits(const fs::path& target) {
  const Scenario scenario = read_scenario(DSE_SOURCE_DIR "/scenarios/few-digits.toml", built_in_tables(), {});
  RunFolder folder(target);
  const auto open_lines = [&folder](const std::string& name) { return folder.open_lines(name); };
  World world(scenario, {.seed = scenario.seed}, open_lines);
  const std::atomic<bool> interrupted = false;
  const RunResult result = world.run(interrupted, [](TimeNs, std::uint64_t) {});
  const std::vector<ExpectationResult> expectations = check_expectations(scenario, result);
  write_results({.scenario = scenario,
                 .settings = {},
                 .result = result,
                 .expectations = expectations,
                 .data = world.data()},
                folder);
  folder.commit();
}

// Whether a page was made; otherwise the error must name a file of the folder, or the folder.
bool made(const fs::path& folder) {
  try {
    return !report_page({folder}).empty();
  } catch (const InputError& error) {
    CHECK_THAT(error.what(), ContainsSubstring(folder.string()));
    return false;
  }
}

// The same with this text in the file.
bool made_with(const fs::path& file, const std::string& text) {
  put(file, text);
  return made(file.parent_path());
}

}  // namespace

TEST_CASE("files of a real run that are cut or changed in places are shown or refused") {
  const TemporaryFolder place;
  const fs::path folder = place.path() / "run";
  run_few_digits(folder);
  REQUIRE(made(folder));
  const std::uint64_t seed = 4711;
  RandomStream random(seed, "report", "damage");
  std::size_t refused = 0;
  for (const char* name : {"summary.json", "topology.json", "timing.json", "metrics.csv", "confusion.csv",
                           "latencies.csv", "wrong_answers.csv"}) {
    INFO(name << ", seed " << seed);
    const fs::path file = folder / name;
    const std::string whole = text_of(file);
    REQUIRE_FALSE(whole.empty());
    for (int trial = 0; trial < 30; ++trial) {
      std::string text = whole;
      if (trial % 3 == 0) {
        text.resize(random.below(text.size()));
      } else {
        for (std::uint64_t count = 1 + random.below(3); count > 0; --count)
          text[random.below(text.size())] = static_cast<char>(random.below(trial % 3 == 1 ? 256 : 128));
      }
      if (!made_with(file, text)) ++refused;
    }
    put(file, whole);
  }
  CHECK(refused > 50);
  CHECK(made(folder));
}

TEST_CASE("whatever stands in place of any value, the run is shown or refused") {
  const TemporaryFolder place;
  const fs::path folder = place.path() / "run";
  const DraftRun draft;
  draft.write(folder);
  REQUIRE(made(folder));
  const std::vector<ReportJson> others = {nullptr,     -1, 1e300, INT64_MAX, "text", ReportJson::array(),
                                          {{"key", 1}}};
  std::size_t refused = 0;
  for (const auto& [name, json] :
       {std::pair("summary.json", &draft.summary), std::pair("topology.json", &draft.topology),
        std::pair("timing.json", &draft.timing)}) {
    const ReportJson values = json->flatten();
    for (const auto& [pointer, value] : values.items()) {
      // The value itself, and each list and object that holds it.
      for (ReportJson::json_pointer at(pointer); !at.empty(); at.pop_back()) {
        INFO(name << " " << at.to_string());
        for (const ReportJson& other : others) {
          ReportJson changed = *json;
          changed[at] = other;
          if (!made_with(folder / name, changed.dump())) ++refused;
        }
      }
    }
    put(folder / name, json->dump());
  }
  CHECK(refused > 200);
  CHECK(made(folder));
}

TEST_CASE("a value that stands in no column of its kind is refused or shown") {
  const TemporaryFolder place;
  const fs::path folder = place.path() / "run";
  const DraftRun draft;
  draft.write(folder);
  for (const auto& [name, table] : draft.tables) {
    const std::size_t second = table.find('\n') + 1;
    const std::string row = table.substr(second, table.find('\n', second) - second);
    const auto fields = static_cast<std::size_t>(std::count(row.begin(), row.end(), ',')) + 1;
    for (std::size_t field = 0; field < fields; ++field) {
      for (const char* other :
           {"", "-1", "9223372036854775807", "18446744073709551615", "1e308", "nan", "inf", "x"}) {
        std::string changed;
        std::size_t begin = 0;
        for (std::size_t number = 0; number < fields; ++number) {
          const std::size_t end = std::min(row.find(',', begin), row.size());
          changed += (number == 0 ? "" : ",") +
                     (number == field ? std::string(other) : row.substr(begin, end - begin));
          begin = end + 1;
        }
        INFO(name << ": " << changed);
        made_with(folder / name, table.substr(0, second) + changed + "\n");
      }
    }
    put(folder / name, table);
  }
  CHECK(made(folder));
}
