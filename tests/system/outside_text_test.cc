// Messages from outside may hold anything: ids that would break a line of a file, or control a terminal.
#include <algorithm>

#include "support/catch.h"
#include "support/program_fixture.h"
#include "support/sqlite_file.h"

namespace {

std::string scenario_text() {
  return "[[gateway.import]]\nqueue = \"theirs\"\nto = \"digits\"\nname = \"door\"\n"
         "[[binding]]\nfrom = \"digits\"\nto = \"seen\"\n"
         "[[binding]]\nfrom = \"digits\"\nto = \"said\"\n"
         "[[binding]]\nfrom = \"answers\"\nto = \"votes\"\n"
         "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"digits\"\nto = "
         "\"answers\"\n"
         "shape = [28, 28]\nclasses = 10\n"
         "[component.watch]\nkind = \"watch\"\nfrom = \"seen\"\n"
         "[component.echo]\nkind = \"echo\"\nfrom = \"said\"\n"
         "[component.votes]\nkind = \"ensemble\"\nfrom = \"votes\"\nmodels = [\"model\"]\n";
}

// The records of a CSV file, as RFC 4180 reads them.
std::vector<std::vector<std::string>> records_of(const std::string& text) {
  std::vector<std::vector<std::string>> records;
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
      fields.back() += text[++i];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      fields.emplace_back();
    } else if (text[i] == '\n' && !quoted) {
      records.push_back(fields);
      fields.assign(1, "");
    } else {
      fields.back() += text[i];
    }
  }
  return records;
}

// A run that received messages whose ids, keys and one header hold `name`, replayed from its capture.
struct Received {
  static constexpr int kMessages = 25;
  ProgramFixture fixture;
  std::string scenario = fixture.write("s.toml", scenario_text());
  std::string capture = fixture.file("capture");

  explicit Received(const std::string& name) {
    const Outcome live =
        run_process({.program = DSE_LIVE_BINARY,
                     .arguments = {scenario, capture, "1", std::to_string(kMessages), "-1", name}});
    INFO(live.err);
    REQUIRE(live.status == 0);
    const Outcome outcome = fixture.replay(scenario, {"--capture", capture, "--record"});
    INFO(outcome.err);
    REQUIRE(outcome.status == 0);
  }
  std::string file(const std::string& name) const { return read_file(fixture.run() + "/" + name); }
};

// Whether the text has, apart from line ends, nothing that a terminal acts on and only ASCII.
bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= 0x20 && c < 0x7f) || c == '\n'; });
}

const std::string kBad = "crlf\r\nx,y\"z \x1b[2J\xff\u0085\u202e";

}  // namespace

TEST_CASE("outside text: CSV files have one record a message, with the ids as they were") {
  const Received received(kBad);
  const auto watched = records_of(received.file("watch.csv"));
  REQUIRE(watched.size() == 1 + Received::kMessages);
  for (std::size_t i = 1; i < watched.size(); ++i) {
    REQUIRE(watched[i].size() == 8);
    CHECK(watched[i][1].starts_with(kBad + "-"));
    CHECK(watched[i][3].starts_with(kBad));
  }
  const auto predictions = records_of(received.file("predictions.csv"));
  const auto votes = records_of(received.file("votes.csv"));
  REQUIRE(predictions.size() > 5);
  REQUIRE(votes.size() == predictions.size());
  for (std::size_t i = 1; i < predictions.size(); ++i) {
    REQUIRE(predictions[i].size() == 8);
    CHECK(predictions[i][3].starts_with(kBad + "-"));
    REQUIRE(votes[i].size() == 6);
    CHECK(votes[i][1].starts_with(kBad + "-"));
  }
}

TEST_CASE("outside text: a log has one line a message, that no terminal acts on") {
  const Received received(kBad);
  const std::string log = received.file("echo.log");
  CHECK(lines_of(log).size() == Received::kMessages);
  CHECK(is_plain(log));
  CHECK_THAT(log, ContainsSubstring(" \"crlf\\x0d\\x0ax,y\\\"z \\x1b[2J\\xff\\u0085\\u202e-0\" label="));
}

TEST_CASE("outside text: a word of a log cannot pretend to be several") {
  const Received received("a label=7 key=7");
  CHECK_THAT(received.file("echo.log"), ContainsSubstring(" \"a label=7 key=7-0\" label="));
}

TEST_CASE("outside text: capture cat has one line a message, each field in its place") {
  const Received received(kBad);
  const Outcome cat = run_process(dse_command({"capture", "cat", received.capture}));
  CHECK(cat.status == 0);
  CHECK(lines_of(cat.out).size() == Received::kMessages);
  CHECK(is_plain(cat.out));
  const Received quoting("1\", b = \"2");
  const Outcome quoted = run_process(dse_command({"capture", "cat", quoting.capture, "--count", "1"}));
  CHECK_THAT(quoted.out, ContainsSubstring("\"1\\\", b = \\\"2\" = \"1\\\", b = \\\"2\""));
}

TEST_CASE("outside text: the record holds text that is UTF-8, and bytes for what is not") {
  const Received bad(kBad);
  const std::string record = bad.fixture.run() + "/events.sqlite";
  using Rows = std::vector<std::vector<std::string>>;
  CHECK(run_sql(record, "SELECT DISTINCT typeof(id), typeof(key) FROM message WHERE writer = 'them'") ==
        Rows{{"blob", "blob"}});
  CHECK(run_sql(record, "SELECT count(*) FROM message WHERE typeof(headers) <> 'text'") == Rows{{"0"}});
  const Received good("ü€\u0085\n");
  CHECK(run_sql(good.fixture.run() + "/events.sqlite",
                "SELECT DISTINCT typeof(id), typeof(key) FROM message WHERE writer = 'them'") ==
        Rows{{"text", "text"}});
}
