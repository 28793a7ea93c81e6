// What a component's user may not do ends the run, as RabbitMQ would refuse it.
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

// A generator and an echo, with a user each.
std::string with_users(const std::string& writer, const std::string& reader) {
  const std::string text = replaced(
      small_scenario(), "[component.generator]\n",
      "[user.writer]\n" + writer + "[user.reader]\n" + reader + "[component.generator]\nuser = \"writer\"\n");
  return replaced(text, "[component.echo]\n", "[component.echo]\nuser = \"reader\"\n");
}

const std::string kAll = "configure = '.*'\nwrite = '.*'\nread = '.*'\n";
const std::string kAsReader = " in vhost '/' refused for user 'reader'";

std::string fingerprints_in(const std::string& run) {
  const std::string summary = read_file(run + "/summary.json");
  const std::size_t begin = summary.find("\"fingerprint\"");
  REQUIRE(begin != std::string::npos);
  return summary.substr(begin, summary.find('}', begin) - begin);
}

std::string refused_row(const ProgramFixture& fixture) {
  const std::vector<std::string> lines = lines_of(read_file(fixture.run() + "/refused.csv"));
  REQUIRE(lines.size() == 2);
  return lines.back();
}

}  // namespace

TEST_CASE("access: a component with all permissions runs as one without a user") {
  const ProgramFixture fixture;
  const Outcome plain = fixture.replay(fixture.write("plain.toml", small_scenario()), {"--quiet"});
  const std::string alone = fingerprints_in(fixture.run());
  const Outcome outcome = run_process(dse_command({"replay", fixture.write("s.toml", with_users(kAll, kAll)),
                                                   "--quiet", "--out", fixture.file("runs/other")}));
  INFO(outcome.err);
  CHECK(plain.status == 0);
  CHECK(outcome.status == 0);
  CHECK(fingerprints_in(fixture.file("runs/other")) == alone);
}

TEST_CASE("access: each operation that is not permitted ends the run with RabbitMQ's text") {
  struct Row {
    std::string reader;
    std::string text;
  };
  const std::vector<Row> rows = {
      {"", "access to exchange 'digits'"},
      {"configure = '.'\n", "access to queue 'digits'"},                  // it is bound
      {"configure = '.'\nwrite = '.'\n", "access to exchange 'digits'"},  // which is read for that
      {"configure = '.'\nwrite = '.'\nread = '.'\n[user.reader.topics.digits]\nread = '^a$'\n",
       "access to topic '#' in exchange 'digits'"}};
  for (const auto& [reader, text] : rows) {
    CAPTURE(text);
    const ProgramFixture fixture;
    const Outcome outcome = fixture.replay(fixture.write("s.toml", with_users(kAll, reader)));
    CHECK(outcome.status == 3);
    const std::string refusal = "ACCESS_REFUSED - " + text + kAsReader;
    CHECK(refused_row(fixture) == "0,echo,digits,,,0," + refusal);
    CHECK_THAT(outcome.err, ContainsSubstring("component 'echo': " + refusal));
    CHECK_THAT(read_file(fixture.run() + "/summary.json"),
               ContainsSubstring("\"denial\": \"component 'echo': " + refusal + "\""));
  }
}

TEST_CASE("access: a message that may not be written is named") {
  const ProgramFixture fixture;
  const std::string writer = "configure = '.'\nwrite = '.'\n[user.writer.topics.digits]\nwrite = '^[0-6]$'\n";
  const Outcome outcome = fixture.replay(fixture.write("s.toml", with_users(writer, kAll)));
  INFO(outcome.err);
  CHECK(outcome.status == 3);
  const std::string row = refused_row(fixture);
  CHECK_THAT(row, ContainsSubstring(",generator,digits,generator-"));
  CHECK_THAT(row, ContainsSubstring(",784,ACCESS_REFUSED - access to topic '"));
  CHECK_THAT(row, ContainsSubstring("' in exchange 'digits' in vhost '/' refused for user 'writer'"));
}

TEST_CASE("access: check tells what a user may not do that its component needs") {
  const ProgramFixture fixture;
  const Outcome outcome = run_process(dse_command(
      {"check", fixture.write("s.toml", with_users("configure = '^digits$'\n", kAll) + "[user.idle]\n")}));
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.err,
             ContainsSubstring("component 'generator' may not write 'digits' as the user 'writer', and "
                               "the run ends where it does: ACCESS_REFUSED - access to exchange 'digits'"));
  CHECK_THAT(outcome.err, ContainsSubstring("no component is the user 'idle'"));
  CHECK_THAT(outcome.err, !ContainsSubstring("'echo'"));
}

TEST_CASE("access: wrong users are refused with their place") {
  const ProgramFixture fixture;
  const auto with = [&](const std::string& user, const std::string& name) {
    const std::string text =
        replaced(small_scenario(), "[component.generator]\n", user + "[component.generator]\n");
    return fixture.write("s.toml",
                         replaced(text, "[component.echo]\n", "[component.echo]\nuser = \"" + name + "\"\n"));
  };
  fixture.check_refused(with("", "x"),
                        {"component.echo.user: the scenario has no user 'x': [user.NAME] says"});
  fixture.check_refused(with("[user.reader]\n", "reder"),
                        {"the scenario has no user 'reder'; did you mean 'reader'?"});
  fixture.check_refused(with("[user.reader]\nwrote = 'x'\n", "reader"),
                        {"s.toml:3:9: user.reader.wrote: unknown key; did you mean 'write'?"});
  fixture.check_refused(with("[user.reader]\n", "reader"),
                        {"--set user.reader.write", "\"(\" is no regular expression", "at byte 2"},
                        {"--set", "user.reader.write=("});
}
