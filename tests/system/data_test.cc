// Tables that a scenario names in [data.NAME]: what is shown of them, and what is said when they are wrong.
#include <filesystem>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// A scenario that sends the table `table.csv` beside it, whose [data.rows] has these lines more.
std::string scenario_with(const std::string& more) {
  return "[data.rows]\nformat = \"csv\"\nfile = \"table.csv\"\n" + more +
         "[component.source]\nkind = \"production-source\"\ndata = \"rows\"\nto = \"rows\"\n" +
         (more.find("time =") == std::string::npos ? "rate = \"10/s\"\n" : "") +
         "[component.reader]\nkind = \"watch\"\nfrom = \"rows\"\n";
}

}  // namespace

TEST_CASE("data: check shows the columns of a table, and what is missing in it") {
  const Outcome outcome = run_process(dse_command({"check", kScenarios + "table.toml"}));
  INFO(outcome.err);
  CHECK(outcome.status == 0);
  for (const std::string part : {"data machines", "1500 rows", "temperature", "state"})
    CHECK_THAT(outcome.out, ContainsSubstring(part));
}

TEST_CASE("data: each fault of a table is a sentence that says where it is") {
  struct Case {
    std::string table;
    std::string more;
    std::vector<std::string> said;
  };
  std::string wide = "a";
  std::string wide_row = "1";
  for (int column = 1; column < 10'000; ++column) {
    wide += ",c" + std::to_string(column);
    wide_row += ",1";
  }
  const Case cases[] = {
      {"a,b\n1,2\n3\n", "", {"scenario.toml:3:8: data.rows.file: ", "table.csv:3"}},
      {"a,b\n1,2\n3,x\n", "features = [\"a\", \"b\"]\n", {"table.csv:3:2: b", "x"}},
      {"a,y\n1,u\n2,v\n", "label = \"y\"\nclasses = [\"u\", \"w\"]\n", {"table.csv:3:2: y", "v"}},
      {"t,a\n2,1\n1,1\n", "time = \"t\"\n", {"table.csv:3:1: t"}},
      {"a,b\n1,inf\n", "features = [\"b\"]\n", {"table.csv:2:2: b", "inf"}},
      {"a,b\n1,NaN\n1,2\n", "", {"table.csv:2:2: b"}},
      {"", "", {"table.csv"}},
      {"a,b\n", "", {"table.csv"}},
      {"a,b\n1,2\n", "label = \"c\"\n", {"data.rows.label", "there is no column \"c\""}},
      {"a,b\n1,2\n", "time_unit = \"ms\"\n", {"data.rows.time_unit", "no column is the `time`"}},
      {"a,b\n1,2\n", "classes = [\"x\"]\n", {"data.rows.classes", "no column is the `label`"}},
      {"a,b\n1,2\n", "separator = \"ab\"\n", {"data.rows.separator", "expected one ASCII character"}},
      {"a,b\n1,2\n", "labels = \"b\"\n", {"data.rows.labels", "did you mean 'label'"}},
  };
  for (const Case& one : cases) {
    const ProgramFixture fixture;
    fixture.write("table.csv", one.table);
    const std::string scenario = fixture.write("scenario.toml", scenario_with(one.more));
    const Outcome outcome = run_process(dse_command({"check", scenario}));
    CAPTURE(one.table, one.more, outcome.err);
    CHECK(outcome.status == 2);
    for (const std::string& part : one.said) CHECK_THAT(outcome.err, ContainsSubstring(part));
  }
  for (const std::string& good : {std::string("\xef\xbb\xbf"
                                              "a,b\r\n1,2\r\n"),
                                  wide + "\n" + wide_row + "\n"}) {
    const ProgramFixture fixture;
    fixture.write("table.csv", good);
    const Outcome outcome = fixture.replay(fixture.write("scenario.toml", scenario_with("")));
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, ContainsSubstring(", 1 delivery,"));
  }
}

TEST_CASE("data: each fault of a JSONL table is a sentence that says where it is") {
  struct Case {
    std::string table;
    std::string more;
    std::string said;
  };
  std::string wide = "{\"c0\":1";
  for (int column = 1; column < 10'000; ++column) wide += ",\"c" + std::to_string(column) + "\":1";
  const Case cases[] = {
      {"{\"a\":1}\n{\"a\":1\n", "", "table.jsonl:2:7: has no end of its object"},
      {"{\"a\":1}\n[1]\n", "", "table.jsonl:2: begins a list"},
      {"a,b\n1,2\n", "", "table.jsonl:1:1: is no object of JSON"},
      {"{\"a\":1}\n{\"a\":NaN}\n", "", "table.jsonl:2:6: NaN is no number of JSON; write null"},
      {"{\"a\":1,\"b\":1}\n{\"b\":1}\n", "",
       "table.jsonl:2: a: a feature is missing: the row has no such field"},
      {"{\"a\":1}\n{\"a\":null}\n", "", "table.jsonl:2: a: a feature is missing: the field is null"},
      {"{\"a\":1}\n{\"a\":\"x\"}\n", "features = [\"a\"]\n", "table.jsonl:2: a: \"x\" is not a number"},
      {"{\"a\":1,\"y\":\"u\"}\n{\"a\":1,\"y\":\"v\"}\n", "label = \"y\"\nclasses = [\"u\", \"w\"]\n",
       "table.jsonl:2: y: the label \"v\" is none of the classes"},
      {"{\"a\":1,\"t\":2}\n{\"a\":1,\"t\":1}\n", "time = \"t\"\n",
       "table.jsonl:2: t: the time \"1\" is before"},
      {"{\"a\":1,\"y\":1}\n", "label = \"z\"\n",
       "1: z: the label is missing: the row has no such field; did you"},
      {"{\"a\":1,\"a\":1}\n", "", "table.jsonl:1: has the field \"a\" twice"},
      {"{\"a\":1e300}\n", "", "table.jsonl:1: a: \"1e300\" is beyond the range of a 32-bit float"},
      {"{\"a\":\"\xff\"}\n", "", "table.jsonl:1:7: a byte that is not UTF-8"},
      {std::string("{\"a\":\0}\n", 9), "", "table.jsonl:1:6: a zero byte"},
      {"", "", "table.jsonl: is empty"},
      {"\n", "", "table.jsonl: holds no line of text, expected an object on each line"},
      {std::string(17'000'000, ' ') + "\n", "",
       "table.jsonl:1: a line of more than 16777216 bytes begins here"},
      {"{\"a\":1}\n", "separator = \";\"\n", "data.rows.separator: says how a CSV file is written"},
      {"{\"a\":1}\n", "header = true\n", "data.rows.header: says how a CSV file is written"},
  };
  for (const Case& one : cases) {
    const ProgramFixture fixture;
    fixture.write("table.jsonl", one.table);
    const std::string scenario = fixture.write(
        "scenario.toml", replaced(replaced(scenario_with(one.more), "csv", "jsonl"), "csv", "jsonl"));
    const Outcome outcome = run_process(dse_command({"check", scenario}));
    CAPTURE(one.table.substr(0, 100), one.more, outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring(one.said));
  }
  for (const std::string& good : {std::string("\xef\xbb\xbf{\"a\":1,\"s\":[\"x\"]}\r\n"), wide + "}\n"}) {
    const ProgramFixture fixture;
    fixture.write("table.jsonl", good);
    const std::string scenario =
        fixture.write("scenario.toml", replaced(replaced(scenario_with(""), "csv", "jsonl"), "csv", "jsonl"));
    const Outcome outcome = fixture.replay(scenario);
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, ContainsSubstring(", 1 delivery,"));
  }
}

TEST_CASE("data: a table has the same fingerprints in CSV and in JSONL") {
  const ProgramFixture fixture;
  std::string json;
  const std::vector<std::string> lines = lines_of(read_file(kSample + "machines.csv"));
  for (std::size_t row = 1; row < lines.size(); ++row) {
    std::vector<std::string> fields(1);
    for (const char c : lines[row]) c == ',' ? (void)fields.emplace_back() : fields.back().push_back(c);
    json += "{\"state\":\"" + fields[5] + "\",\"time\":" + fields[0] + ",\"machine\":\"" + fields[1] + "\"" +
            (fields[2].empty() ? "" : ",\"temperature\":" + fields[2]) + ",\"vibration\":" + fields[3] +
            ",\"load\":" + fields[4] + "}\n";
  }
  const std::string path = fixture.write("machines.jsonl", json);
  const auto fingerprint = [&](const std::vector<std::string>& more) {
    const Outcome outcome = fixture.replay(kScenarios + "table.toml", more);
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
    const std::string text = outcome.out.substr(outcome.out.find("fingerprint"));
    std::filesystem::remove_all(fixture.run());
    return text.substr(0, text.find("\nok"));
  };
  CHECK(fingerprint({}) ==
        fingerprint({"--set", "data.machines.format=jsonl", "--set", "data.machines.file=" + path}));
}

TEST_CASE("data: what components may not say of a data set") {
  const std::pair<std::string, std::string> cases[] = {
      {"rate = \"1/s\"\nimages = \"x\"\n", "component.source.images: names a file, and `data` a data set"},
      {"", "component.source.rate: is missing"},
      {"rate = \"1/s\"\ntime_scale = [1, 2]\n", "component.source.time_scale: has nothing to multiply"},
      {"rate = \"1/s\"\nslice = [1, 9]\n",
       "component.source.slice: [1, 9] is out of range: the file has 2 rows"},
  };
  for (const auto& [more, said] : cases) {
    const ProgramFixture fixture;
    fixture.write("table.csv", "a,b\n1,2\n3,4\n");
    const std::string scenario =
        fixture.write("scenario.toml",
                      "[data.rows]\nformat = \"csv\"\nfile = \"table.csv\"\n[component.source]\nkind = "
                      "\"production-source\"\n"
                      "data = \"rows\"\nto = \"rows\"\n" +
                          more + "[component.reader]\nkind = \"watch\"\nfrom = \"rows\"\n");
    const Outcome outcome = run_process(dse_command({"check", scenario}));
    CAPTURE(more, outcome.err);
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring(said));
  }
}

TEST_CASE("data: the times of a table are those of its messages, multiplied by a ratio") {
  const ProgramFixture fixture;
  fixture.write("table.csv", "t,a\n10.5,1\n10.75,2\n13,3\n");
  for (const auto& [scale, end] : std::vector<std::pair<std::string, std::string>>{
           {"", " at 2.5 s virtual"}, {"time_scale = [2, 5]\n", " at 1.0 s virtual"}}) {
    const std::string scenario = fixture.write(
        "scenario.toml",
        "[data.rows]\nformat = \"csv\"\nfile = \"table.csv\"\ntime = \"t\"\n[component.source]\n"
        "kind = \"production-source\"\ndata = \"rows\"\nto = \"rows\"\n" +
            scale + "[component.reader]\nkind = \"watch\"\nfrom = \"rows\"\n");
    const Outcome outcome = fixture.replay(scenario);
    INFO(outcome.err);
    CHECK_THAT(outcome.out, ContainsSubstring(end));
    std::filesystem::remove_all(fixture.run());
  }
}

TEST_CASE("data: a class too many for a model is named") {
  const Outcome outcome =
      run_process(dse_command({"check", kScenarios + "table.toml", "--set", "component.bayes.classes=2"}));
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("machines.csv has the class 'broken', whose label is 2, expected "
                                            "labels from 0 to 1; set `classes`"));
}

TEST_CASE("data: images by name are those of the files") {
  const ProgramFixture fixture;
  const std::string files = "images = \"" + kSample + "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample +
                            "train-labels-idx1-ubyte.gz\"\n";
  const std::string rest =
      "to = \"digits\"\nrate = \"1000/s\"\nlimit = 50\norder = \"shuffled\"\n"
      "[component.reader]\nkind = \"watch\"\nfrom = \"digits\"\n";
  const std::string generator = "[component.generator]\nkind = \"training-generator\"\n";
  const auto fingerprint = [&](const std::string& text) {
    const Outcome outcome = fixture.replay(fixture.write("s.toml", text));
    CAPTURE(outcome.err);
    REQUIRE(outcome.status == 0);
    return outcome.out.substr(outcome.out.find("fingerprint"), 120);
  };
  const std::string by_files = fingerprint(generator + files + rest);
  CHECK(fingerprint("[data.digits]\nformat = \"idx\"\n" + files + generator + "data = \"digits\"\n" + rest) ==
        by_files);

  const Outcome without = run_process(
      dse_command({"check", fixture.write("t.toml", "[data.digits]\nformat = \"idx\"\n" + generator +
                                                        "data = \"digits\"\n" + rest)}));
  CHECK(without.status == 2);
  CHECK_THAT(without.err, ContainsSubstring("data.digits.images") && ContainsSubstring("is missing"));
}

TEST_CASE("data: what is not used as it stands there is said, and kept with the run") {
  const ProgramFixture fixture;
  fixture.write("table.csv", "a,b\n1,2\n2,x\n3,4\n,5\n");
  const std::string scenario =
      fixture.write("scenario.toml", scenario_with("features = [\"a\"]\nmissing = \"skip\"\n"));
  const Outcome skipped = fixture.replay(scenario);
  CHECK(skipped.status == 0);
  CHECK_THAT(skipped.err, ContainsSubstring("1 of 4 rows") && ContainsSubstring("are left out"));
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"data_notes\""));

  const std::string mean = fixture.write("mean.toml", scenario_with("missing = \"mean\"\n"));
  for (const Outcome& outcome : {fixture.replay(mean), run_process(dse_command({"check", mean}))}) {
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.err, ContainsSubstring("1 field of") && ContainsSubstring("has the mean"));
    CHECK_THAT(outcome.err, ContainsSubstring("the column 'b' is no feature, because of \"x\" at") &&
                                ContainsSubstring("table.csv:3:2, after 1 number: list `features`"));
  }
}
