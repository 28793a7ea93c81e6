// dse diff of damaged records: whatever they hold, they are compared or refused.
#include <filesystem>

#include "compared_runs.h"
#include "support/catch.h"
#include "support/sqlite_file.h"

namespace fs = std::filesystem;

namespace {

const std::string kSmall = kScenarios + "generator-and-echo.toml";

}  // namespace

TEST_CASE("diff: a record that is cut off, no database, or of another schema is refused") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  const std::string b = run_of(fixture, kSmall, "b", {"--record"});
  const std::string record = b + "/events.sqlite";
  const std::string whole = read_file(record);
  const auto write_record = [&](const std::string& bytes) {
    fs::copy_file(fixture.write("bytes", bytes), record, fs::copy_options::overwrite_existing);
  };

  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{50}, std::size_t{100},
                                 std::size_t{5000}, std::size_t{16384}, whole.size() / 2, whole.size() - 1}) {
    INFO(size << " bytes");
    write_record(whole.substr(0, size));
    check_refused(
        a, b,
        {record + ": is no record of events, or a damaged one: ", "make it again with dse replay --record"});
  }
  write_record(std::string(20'000, 'x'));
  check_refused(a, b, {record + ": is no record of events, or a damaged one: file is not a database"});
  write_record(whole);
  run_sql(record, "PRAGMA user_version = 999");
  check_refused(a, b, {record + ": has version 999 of the record's tables, expected 5"});
  write_record(whole);
  run_sql(record, "ALTER TABLE event RENAME TO occurrence");
  check_refused(a, b, {record, "no such table: event"});
  fs::remove(record);
  fs::create_directory(record);
  check_refused(a, b, {record});
}

TEST_CASE("diff: a record of absurd numbers is compared, or refused, and nothing worse") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  const std::string b = run_of(fixture, kSmall, "b", {"--record"});
  const std::string record = b + "/events.sqlite";
  const std::string whole = read_file(record);
  for (const std::string change :
       {"UPDATE event SET cause = number WHERE number > 5",
        "UPDATE event SET cause = number + 1 WHERE number > 5",
        "UPDATE event SET time_ns = -9223372036854775808 WHERE number = 9",
        "UPDATE event SET kind = 999999 WHERE number = 12",
        "UPDATE event SET kind = -1",
        "UPDATE event SET component = 123456789012 WHERE number = 7",
        "UPDATE event SET component = -5",
        "UPDATE event SET resource = 99 WHERE number = 12",
        "UPDATE event SET route = 77 WHERE number = 12",
        "UPDATE event SET message = 4242 WHERE number = 14",
        "DELETE FROM message",
        "DELETE FROM event",
        "DELETE FROM component",
        "DELETE FROM resource",
        "DELETE FROM route",
        "DELETE FROM kind",
        "DELETE FROM event WHERE number = 10",
        "UPDATE event SET number = -number WHERE number = 10",
        "UPDATE event SET time_ns = 'soon', message = 'none', cause = x'00ff' WHERE number = 11",
        "UPDATE message SET headers = NULL, id = NULL",
        "UPDATE draw SET count = 'many'",
        "UPDATE run SET value = NULL",
        "INSERT INTO model_state VALUES (77, -5, -5, NULL, NULL)"}) {
    INFO(change);
    fs::copy_file(fixture.write("bytes", whole), record, fs::copy_options::overwrite_existing);
    run_sql(record, change);
    for (const auto& [first, second] : {std::pair(a, b), std::pair(b, a)}) {
      const Outcome outcome = diff(first, second);
      INFO(outcome.err);
      CHECK(outcome.signal == 0);
      CHECK((outcome.status <= 2 && outcome.status >= 0));
      if (outcome.status == 2) CHECK_THAT(outcome.err, ContainsSubstring(record));
    }
  }
}

TEST_CASE("diff: any byte of a record may be wrong") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  const std::string b = run_of(fixture, kSmall, "b", {"--record"});
  const std::string whole = read_file(b + "/events.sqlite");
  for (std::size_t at = 0; at < whole.size(); at += at < 200 ? 13 : 5'003) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0xff);
    fs::copy_file(fixture.write("bytes", damaged), b + "/events.sqlite",
                  fs::copy_options::overwrite_existing);
    const Outcome outcome = diff(a, b);
    INFO("byte " << at << '\n' << outcome.err);
    CHECK(outcome.signal == 0);
    CHECK((outcome.status <= 2 && outcome.status >= 0));
  }
}

TEST_CASE("diff: a whole record, but of another run, is refused") {
  const ProgramFixture fixture;
  const std::string a = run_of(fixture, kSmall, "a", {"--record"});
  const std::string b = run_of(fixture, kSmall, "b", {"--record"});
  const std::string other = run_of(fixture, kSmall, "other", {"--record", "--seed", "9"});
  const std::string record = b + "/events.sqlite";
  fs::copy_file(other + "/events.sqlite", record, fs::copy_options::overwrite_existing);
  check_refused(a, b,
                {record + ": is not the record of this run: its seed is '9', that of summary.json '1'"});
}
