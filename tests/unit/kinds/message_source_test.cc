#include "kinds/message_source.h"

#include <fmt/format.h>

#include "dse/hash.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

// A source of these lines, and what it has sent.
struct Source {
  TemporaryFolder folder;
  MessageSourceOptions options{.file = {folder.file("m.jsonl"), {.file = "s.toml", .line = 3, .column = 8}},
                               .to = "log",
                               .times = RecordedTimes(),
                               .rate = {7, 1'000}};
  Stage stage;
  DatasetCache files;

  explicit Source(const std::string& lines) { write_file(options.file.path, lines); }

  std::unique_ptr<App> make() {
    MakeContext context = stage.context("workshop");
    context.files = &files;
    return make_message_source(options)->make(context);
  }
  std::vector<FakeLink::Published> sent() {
    const std::unique_ptr<App> app = make();
    AppRun run("workshop", *app);
    run.run();
    CHECK(run.machine.status() == 0);
    CHECK(metric(*app, "sent") == static_cast<double>(run.link.published.size()));
    return run.link.published;
  }
  std::vector<TimeNs> times() {
    std::vector<TimeNs> times;
    for (const FakeLink::Published& one : sent()) times.push_back(one.time_ns);
    return times;
  }
  std::string error() {
    return input_error([&] { sent(); });
  }
};

const std::string kThree = "{\"time\":1000}\n{\"time\":\"3us\"}\n{\"time\":3001}\n";

}  // namespace

TEST_CASE("messages are sent as they are, and get what they do not say") {
  Source source(
      "{\"time\":5,\"id\":\"x\",\"key\":\"a.b\",\"headers\":{\"label\":7},\"app_id\":\"foreman\",\"type\":"
      "\"t\","
      "\"timestamp_ns\":1700000000000000000,\"text\":\"hello\"}\n"
      "{\"time\":9,\"import\":\"door\",\"json\":{\"a\": 1.50}}\n");
  const std::vector<FakeLink::Published> sent = source.sent();
  REQUIRE(sent.size() == 2);
  const Message& first = *sent[0].message;
  CHECK(sent[0].resource == "log");
  CHECK(first.id() == "x");
  CHECK(first.key() == "a.b");
  CHECK(first.headers() == Headers{{"label", std::int64_t{7}}});
  CHECK(first.app_id() == "foreman");
  CHECK(first.type() == "t");
  CHECK(first.timestamp() == 1'700'000'000'000'000'000);
  CHECK(first.entered_ns() == 5);
  CHECK(first.payload_hash() == hash_text("hello"));
  const Message& second = *sent[1].message;
  CHECK(second.id() == "workshop-1");
  CHECK(second.app_id() == "workshop");
  CHECK(second.timestamp() == 9);
  CHECK(second.entered_ns() < 0);
  CHECK(second.payload_hash() == hash_text("{\"a\":1.50}"));
}

TEST_CASE("messages are sent at their own times, multiplied, or from the first on") {
  Source source(kThree);
  CHECK(source.times() == std::vector<TimeNs>{1000, 3000, 3001});
  source.options.times = RecordedTimes{1, 3};
  CHECK(source.times() == std::vector<TimeNs>{333, 1000, 1000});
  source.options.from_first = true;
  CHECK(source.times() == std::vector<TimeNs>{0, 666, 667});
  source.options.times = RecordedTimes{1'000'000'000, 1};
  Source late("{\"time\":9223372036854775807}");
  late.options.times = RecordedTimes{2, 1};
  CHECK_THROWS_AS(late.sent(), RunError);
}

TEST_CASE("with a rate the messages' own times do not count") {
  Source source("{}\n{\"time\":9000000000}\n{}\n");
  source.options.times.reset();
  CHECK(source.times() == std::vector<TimeNs>{0, 1000 / 7, 2000 / 7});
}

TEST_CASE("the lines of a capture are messages like any others") {
  Source source(
      "{\"capture\":{\"format\":3}}\n{\"time\":7,\"import\":\"door\",\"id\":\"a\"}\n{\"end\":{\"int64\":"
      "\"9\"}}\n");
  CHECK(source.times() == std::vector<TimeNs>{7});
}

TEST_CASE("a file that is wrong is refused before the run, where the scenario names it") {
  const auto error = [](const std::string& lines) {
    const std::string text = Source(lines).error();
    const std::size_t at = text.find("m.jsonl");
    CHECK(text.starts_with("s.toml:3:8: "));
    return text.substr(std::min(at, text.size()));
  };
  CHECK(error(kThree + "{\"time\":2}") ==
        "m.jsonl:4: the time of a message is 2ns, before that of an earlier line, 3.001us: sort the lines by "
        "time");
  CHECK(error("{\"key\":\"a\"}\n") ==
        "m.jsonl:1: has no `time` at which the message is sent: add it to each line, or give the component a "
        "`rate`");
  CHECK(error("\n") == "m.jsonl: holds no message: expected one on each line");
  CHECK(error("{\"time\":1,\"keys\":\"a\"}\n") ==
        "m.jsonl:1: has the member \"keys\", which no message has; did you mean 'key'?");
  CHECK_THAT(error("dse capture\n\3"), ContainsSubstring("m.jsonl: is not a JSONL file: it is a capture"));
}

TEST_CASE("the file's digest is noted, and a file that has changed is refused") {
  Source source(kThree);
  const std::unique_ptr<App> app = source.make();
  CHECK(source.files.digest_of(source.options.file.path) == hash_text(kThree));
  write_file(source.options.file.path, kThree + "{\"time\":9000}\n");
  CHECK_THAT(input_error([&] {
               AppRun run("workshop", *app);
               run.run();
             }),
             ContainsSubstring("m.jsonl: has changed since it was first read"));
}

TEST_CASE("a source that comes back begins again, and counts on") {
  Source source(kThree);
  const std::unique_ptr<App> crashed = source.make();
  AppRun(std::string("workshop"), *crashed).run();
  const std::unique_ptr<App> again = source.make();
  again->add_counts(*crashed);
  AppRun(std::string("workshop"), *again).run();
  CHECK(metric(*again, "sent") == 6);
}
