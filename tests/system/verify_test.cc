// dse verify: scenarios against the fingerprints.csv beside them.
#include <signal.h>

#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "unit/dataset/idx_files.h"

namespace fs = std::filesystem;

namespace {

const std::string kColumns[] = {"events", "payload", "draws", "predictions", "models"};

// A folder `suite` of scenarios, and the program run next to it.
struct Suite {
  ProgramFixture fixture;

  Suite() {
    add("a.toml", small_scenario());
    add("b.toml", "seed = 3\n" + small_scenario() + kExpectation);
  }
  static constexpr const char* kExpectation = "[[expect]]\nmetric = \"echo.received\"\nmin = 10\n";

  void add(const std::string& name, const std::string& text) const { fixture.write("suite/" + name, text); }
  std::string table() const { return read_file(fixture.file("suite/fingerprints.csv")); }
  void set_table(const std::string& text) const { add("fingerprints.csv", text); }

  Outcome dse(std::vector<std::string> arguments) const {
    Command command = dse_command(std::move(arguments));
    command.folder = fixture.file("");
    return run_process(command);
  }
  Outcome verify(std::vector<std::string> arguments = {"suite"}) const {
    arguments.insert(arguments.begin(), "verify");
    return dse(std::move(arguments));
  }
  std::string version() const {
    const std::string row = lines_of(table()).back();
    return row.substr(row.rfind(',') + 1);
  }
  // Writes the table, as a first `verify --update` does.
  void keep() const { REQUIRE(verify({"suite", "--update", "--quiet"}).status == 0); }

  Outcome paste(const std::string& line) const {
    return run_process({.program = "/bin/sh", .arguments = {"-c", line}, .folder = fixture.file("")});
  }
};

// The table with one field replaced in the row that begins with `file`.
std::string with_field(const std::string& table, const std::string& file, std::size_t field,
                       const std::string& value) {
  std::size_t begin = table.find("\n" + file + ",") + 1;
  for (std::size_t skipped = 0; skipped < field; ++skipped) begin = table.find(',', begin) + 1;
  return table.substr(0, begin) + value + table.substr(table.find_first_of(",\n", begin));
}

void check_status(const Outcome& outcome, int status) {
  INFO(outcome.out << outcome.err);
  CHECK(outcome.status == status);
  CHECK(outcome.signal == 0);
}

}  // namespace

TEST_CASE("verify: scenarios without rows are reported, --update adds them, then all is well") {
  const Suite suite;
  const Outcome missing = suite.verify();
  check_status(missing, 1);
  CHECK(lines_of(missing.out) ==
        std::vector<std::string>{"NO ROW   suite/a.toml: expected one in suite/fingerprints.csv",
                                 std::string("  ") + DSE_BINARY + " verify suite/a.toml --update",
                                 "NO ROW   suite/b.toml: expected one in suite/fingerprints.csv",
                                 std::string("  ") + DSE_BINARY + " verify suite/b.toml --update"});
  CHECK(suite.paste(lines_of(missing.out)[3]).out == "ADDED    suite/b.toml\n");
  CHECK(lines_of(suite.table()).size() == 2);

  const Outcome added = suite.verify({"suite", "--update"});
  check_status(added, 0);
  CHECK(added.out == "ok       suite/b.toml\nADDED    suite/a.toml\n");
  const Outcome well = suite.verify();
  check_status(well, 0);
  CHECK(well.out == "ok       suite/a.toml\nok       suite/b.toml\n");
  CHECK(suite.verify({"suite", "--quiet"}).out == "");
  CHECK(names_in(suite.fixture.file("")) == std::vector<std::string>{"suite"});
  CHECK(names_in(suite.fixture.file("suite")) ==
        std::vector<std::string>{"a.toml", "b.toml", "fingerprints.csv"});
}

TEST_CASE("verify: the rows are the fingerprints of replay") {
  const Suite suite;
  suite.keep();
  const Outcome replayed = suite.fixture.replay(suite.fixture.file("suite/b.toml"));
  for (const std::string& row : lines_of(suite.table())) {
    if (!row.starts_with("b.toml,")) continue;
    CHECK_THAT(row, Catch::Matchers::StartsWith("b.toml,3,"));
    std::size_t begin = row.find(',', row.find(',') + 1) + 1;
    for (const std::string& column : kColumns) {
      CHECK_THAT(replayed.out, ContainsSubstring(column + " " + row.substr(begin, 16)));
      begin += 17;
    }
  }
}

TEST_CASE("verify: each fingerprint that differs is named, and the seed") {
  const Suite suite;
  suite.keep();
  const std::string table = suite.table();
  for (std::size_t column = 0; column < 5; ++column) {
    suite.set_table(with_field(table, "a.toml", 2 + column, "0123456789abcdef"));
    const Outcome outcome = suite.verify();
    check_status(outcome, 1);
    CHECK_THAT(outcome.out, ContainsSubstring("DIFFERS  suite/a.toml: " + kColumns[column] + "\n"));
    CHECK_THAT(outcome.out, ContainsSubstring("ok       suite/b.toml\n"));
    CHECK(suite.verify({"suite/b.toml"}).status == 0);
  }
  suite.set_table(with_field(with_field(table, "b.toml", 1, "2"), "b.toml", 6, "0123456789abcdef"));
  CHECK_THAT(suite.verify().out, ContainsSubstring("DIFFERS  suite/b.toml: seed 3, kept 2, models\n"));
  // The version says which dse wrote the row; by itself it is no difference.
  suite.set_table(with_field(table, "a.toml", 7, "0.0.1"));
  check_status(suite.verify(), 0);
}

TEST_CASE("verify: --update rewrites what changed, drops what is left over, and says which") {
  const Suite suite;
  suite.keep();
  const std::string table = suite.table();
  suite.set_table(with_field(with_field(table, "a.toml", 2, "0123456789abcdef"), "b.toml", 7, "0.0.1") +
                  "gone.toml" + lines_of(table)[1].substr(6) + "\n");
  const Outcome left = suite.verify();
  check_status(left, 1);
  CHECK_THAT(left.out,
             ContainsSubstring("NO FILE  suite/gone.toml: its row is left in suite/fingerprints.csv\n"));
  // When one scenario is given, nothing else is looked at.
  CHECK(suite.verify({"suite/b.toml"}).out == "ok       suite/b.toml\n");

  const Outcome updated = suite.verify({"suite", "--update"});
  check_status(updated, 0);
  CHECK(updated.out == "ok       suite/b.toml\nUPDATED  suite/a.toml: events\nDROPPED  suite/gone.toml\n");
  CHECK(suite.table() == with_field(table, "b.toml", 7, "0.0.1"));
  CHECK(suite.verify({"suite", "--update"}).out == "ok       suite/a.toml\nok       suite/b.toml\n");
  CHECK(suite.table() == with_field(table, "b.toml", 7, "0.0.1"));
}

TEST_CASE(
    "verify: expectations that are not met, alone and with a difference; they keep a row from being "
    "updated") {
  const Suite suite;
  suite.keep();
  suite.add("b.toml",
            replaced("seed = 3\n" + small_scenario() + Suite::kExpectation, "min = 10", "min = 11"));
  const Outcome unmet = suite.verify();
  check_status(unmet, 1);
  CHECK(unmet.out ==
        "ok       suite/a.toml\nFAILED   suite/b.toml\n  FAILED echo.received is 10, expected at least 11\n");

  suite.set_table(with_field(suite.table(), "b.toml", 3, "0123456789abcdef"));
  const std::string table = suite.table();
  const Outcome both = suite.verify({"suite", "--update"});
  check_status(both, 1);
  CHECK_THAT(both.out, ContainsSubstring("FAILED   suite/b.toml: payload\n"
                                         "  FAILED echo.received is 10, expected at least 11\n"));
  CHECK_THAT(both.out, Catch::Matchers::EndsWith("  its row is not updated\n"));
  CHECK(suite.table() == table);
}

TEST_CASE("verify: a scenario that stalls or is wrong fails, the others go on") {
  const Suite suite;
  suite.keep();
  suite.add("a.toml", small_scenario() + "[[binding]]\nfrom = \"digits\"\nto = \"kept\"\n");
  const Outcome stalled = suite.verify();
  check_status(stalled, 1);
  CHECK_THAT(stalled.out,
             Catch::Matchers::StartsWith(
                 "FAILED   suite/a.toml: stalled: work is pending and nothing can happen any more\n"
                 "    queue 'kept': 10 waiting, 0 unacknowledged, 0 streams"));
  CHECK_THAT(stalled.out, Catch::Matchers::EndsWith("ok       suite/b.toml\n"));

  suite.add("a.toml", "sed = 1\n" + small_scenario());
  suite.add("0.toml", replaced(small_scenario(), "train-images", "no-images"));
  const Outcome wrong = suite.verify({"suite", "--update"});
  check_status(wrong, 2);
  const std::vector<std::string> lines = lines_of(wrong.out);
  REQUIRE(lines.size() == 5);
  CHECK_THAT(lines[0], Catch::Matchers::StartsWith("FAILED   suite/0.toml:"));
  CHECK_THAT(lines[0], ContainsSubstring("no-images"));
  CHECK_THAT(lines[2], Catch::Matchers::StartsWith("FAILED   suite/a.toml:1:"));
  CHECK_THAT(lines[2], ContainsSubstring("did you mean 'seed'?"));
  CHECK(lines[4] == "ok       suite/b.toml");
}

TEST_CASE("verify: a table that is damaged is refused before anything runs, with its place") {
  const Suite suite;
  suite.keep();
  suite.set_table(with_field(suite.table(), "b.toml", 4, "not a hash"));
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"suite"}, {"suite", "--update"}, {"suite/a.toml"}}) {
    const Outcome outcome = suite.verify(arguments);
    check_status(outcome, 2);
    CHECK(outcome.out == "");
    CHECK(outcome.err ==
          "dse: suite/fingerprints.csv:3:44: draws: 'not a hash': expected 16 digits of 0 to 9 and a to f\n");
  }
}

TEST_CASE("verify: what is not there is refused") {
  const Suite suite;
  const Outcome none = suite.verify({});
  check_status(none, 2);
  CHECK(none.err ==
        "dse: scenarios: there is no such file or folder: expected scenarios, or folders of them\n");
  fs::create_directory(suite.fixture.file("empty"));
  CHECK(suite.verify({"empty"}).err == "dse: empty: holds no scenario: expected files that end in .toml\n");
  suite.add("a,b.toml", small_scenario());
  const Outcome comma = suite.verify();
  check_status(comma, 2);
  CHECK_THAT(comma.err, ContainsSubstring("suite/a,b.toml: has a name that fingerprints.csv cannot hold"));
  check_status(suite.verify({"suite", "--jobs", "0"}), 2);
}

TEST_CASE("verify: without arguments, the folder scenarios; a file named twice counts once") {
  const Suite suite;
  fs::rename(suite.fixture.file("suite"), suite.fixture.file("scenarios"));
  CHECK(suite.verify({"--update"}).out == "ADDED    scenarios/a.toml\nADDED    scenarios/b.toml\n");
  CHECK(suite.verify({}).out == "ok       scenarios/a.toml\nok       scenarios/b.toml\n");
  CHECK(suite.verify({"scenarios/b.toml", "scenarios/", "./scenarios/b.toml"}).out ==
        "ok       scenarios/b.toml\nok       scenarios/a.toml\n");
}

TEST_CASE("verify: one job and four, one thread and four print the same, in the scenarios' order") {
  const Suite suite;
  suite.keep();
  for (int number = 0; number < 8; ++number)
    suite.add("c" + std::to_string(number) + ".toml", small_scenario());
  suite.add("0.toml", "sed = 1\n");
  const Outcome one = suite.verify({"suite", "--jobs", "1"});
  CHECK(lines_of(one.out).size() == 1 + 2 + 8 * 2);
  CHECK(suite.verify({"suite", "--jobs", "4"}).out == one.out);
  CHECK(suite.verify({"suite", "--jobs", "4", "--threads", "4"}).out == one.out);
}

TEST_CASE("verify: the line to paste shows the event in which a run differs from the one that was kept") {
  const Suite suite;
  // A quotation mark and a space: a shell must read them as they are.
  const std::string scenario = "suite/it's b.toml";
  suite.add("it's b.toml", "seed = 3\n" + small_scenario());
  suite.keep();

  // The kept run ended early, as if the program did more now than it did then.
  const Outcome kept = suite.dse({"replay", scenario, "--record", "--until", "5ms"});
  check_status(kept, 0);
  const std::string summary = read_file(suite.fixture.file("runs/it's b-s3/summary.json"));
  std::string table = suite.table();
  for (std::size_t column = 0; column < 5; ++column) {
    const std::string mark = "\"" + kColumns[column] + "\": \"";
    table = with_field(table, "it's b.toml", 2 + column,
                       summary.substr(summary.find(mark, summary.find("\"fingerprint\"")) + mark.size(), 16));
  }
  suite.set_table(table);

  const Outcome outcome = suite.verify({scenario});
  check_status(outcome, 1);
  const std::vector<std::string> lines = lines_of(outcome.out);
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0], Catch::Matchers::StartsWith("DIFFERS  suite/it's b.toml: events"));
  const std::string dse = DSE_BINARY;
  CHECK(lines[1] == "  " + dse + " replay 'suite/it'\\''s b.toml' --record --out 'runs/it'\\''s b-now' && " +
                        dse + " diff 'runs/it'\\''s b-s3' 'runs/it'\\''s b-now'");
  const Outcome pasted = suite.paste(lines[1]);
  check_status(pasted, 1);
  CHECK_THAT(pasted.out, ContainsSubstring("A: runs/it's b-s3"));
}

TEST_CASE("verify: without a kept run to compare with, it says how to come by one") {
  const Suite suite;
  suite.keep();
  suite.set_table(with_field(suite.table(), "a.toml", 2, "0123456789abcdef"));
  const std::string dse = DSE_BINARY;
  const std::string version = suite.version();
  const auto advice = [&] { return lines_of(suite.verify({"suite/a.toml"}).out); };
  const auto record_one = [&](const std::string& reason) {
    return std::vector<std::string>{"DIFFERS  suite/a.toml: events",
                                    "  to see where, " + reason + ": with what wrote the row (version " +
                                        version + "), run the next line, and verify again",
                                    "  " + dse + " replay suite/a.toml --record"};
  };
  CHECK(advice() == record_one("runs/a-s1 is missing"));
  check_status(suite.dse({"replay", "suite/a.toml"}), 0);
  CHECK(advice() == record_one("runs/a-s1 is of another run"));

  // The run directory is from the row's run, but has no record.
  const std::string summary = suite.fixture.file("runs/a-s1/summary.json");
  const std::size_t events = read_file(summary).find("\"events\": \"") + 11;
  const std::string now = read_file(summary).substr(events, 16);
  const std::string kept = replaced(read_file(summary), now, "0123456789abcdef");
  suite.fixture.write("runs/a-s1/summary.json", kept);
  CHECK(advice() == record_one("runs/a-s1 has no record of its events"));

  // A change of the scenario itself can be seen like any other.
  check_status(suite.dse({"replay", "suite/a.toml", "--record"}), 0);
  suite.fixture.write("runs/a-s1/summary.json", replaced(read_file(summary), now, "0123456789abcdef"));
  suite.add("a.toml", "# changed\n" + replaced(small_scenario(), "1000/s", "500/s"));
  CHECK(advice().at(1) == "  " + dse + " replay suite/a.toml --record --out runs/a-now && " + dse +
                              " diff runs/a-s1 runs/a-now");
}

TEST_CASE("verify: Ctrl-C ends it, with what is done") {
#ifdef DSE_SANITIZE_THREAD
  WARN("not tested: the sanitizer puts signals off until a call of the system, which a run makes at its end");
  return;
#endif
  const Suite suite;
  suite.keep();
  constexpr std::uint32_t kImages = 3'000'000;
  suite.fixture.write("suite/images", idx_header(0x08, {kImages, 1, 1}) + std::string(kImages, '\1'));
  suite.fixture.write("suite/labels", idx_header(0x08, {kImages}) + std::string(kImages, '\1'));
  suite.add("long.toml",
            "[component.generator]\nkind = \"training-generator\"\nimages = \"images\"\nlabels = \"labels\"\n"
            "to = \"digits\"\nrate = \"1000/s\"\n[component.a]\nkind = \"echo\"\nfrom = \"digits\"\n");
  Command command = dse_command({"verify", "suite", "--jobs", "1"});
  command.folder = suite.fixture.file("");
  const std::string out = suite.fixture.file("out");
  Process process(with_shell_limits("exec >" + out, command));
  process.send_when(SIGINT, [&] { return fs::exists(out) && lines_of(read_file(out)).size() == 2; });
  const Outcome outcome = process.wait();
  check_status(outcome, 130);
  CHECK(read_file(out) == "ok       suite/a.toml\nok       suite/b.toml\n");
}

TEST_CASE("verify: this project's scenarios have each a row, and no row is left over") {
  for (const std::string& folder : {kScenarios, kScenarios + "negative/"}) {
    std::vector<std::string> scenarios = names_in(folder);
    std::erase_if(scenarios, [](const std::string& name) { return !name.ends_with(".toml"); });
    std::vector<std::string> rows;
    for (const std::string& row : lines_of(read_file(folder + "fingerprints.csv")))
      rows.push_back(row.substr(0, row.find(',')));
    REQUIRE(!rows.empty());
    rows.erase(rows.begin());
    INFO(folder);
    CHECK(rows == scenarios);
  }
}

TEST_CASE("verify: what cannot be printed, and a name that no file can have") {
  const Suite suite;
  suite.keep();
  Command command = dse_command({"verify", "suite"});
  command.folder = suite.fixture.file("");
  const Outcome full = run_process(with_shell_limits("exec >/dev/full", command));
  CHECK(full.status == 3);
  CHECK_THAT(full.err, ContainsSubstring("cannot write to standard output"));
  const Outcome long_name = suite.verify({std::string(300, 'a')});
  CHECK(long_name.status == 2);
  CHECK_THAT(long_name.err, ContainsSubstring("there is no such file or folder"));
}
