// Tests of dse attach: messages cross the gateway unchanged, and a replay of the capture is the
// same run.
#include <signal.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "attached.h"

namespace {

constexpr const char* kThrough =
    "[component.inbox]\nkind = \"echo\"\nfrom = \"arrived\"\n"
    "[[gateway.import]]\nqueue = \"attach-in\"\nto = \"arrived\"\n"
    "[[gateway.export]]\nfrom = \"arrived\"\nexchange = \"attach-out\"\n";

dse::MessageFields message(const std::string& id, const std::string& key = "") {
  return {.payload = dse::Payload::copy_of(std::string_view("\0\1 bytes", 8)),
          .key = key,
          .headers = {{"flag", true},
                      {"label", std::int64_t{-7}},
                      {"number", 0.1},
                      {"text", std::string("seven")}},
          .id = id,
          .correlation_id = "question-1",
          .app_id = "somebody",
          .content_type = "application/x-test",
          .timestamp = 1'500'000'000'123'456'789};
}

// Publishes numbered messages at random moments until it is destroyed.
class Traffic {
 public:
  Traffic(const std::string& url, unsigned seed)
      : thread_([this, url, seed] {
          dse::Connection connection = connect_to(url);
          const dse::ChannelNumber channel = connection.open_channel();
          std::mt19937 random(seed);
          for (int number = 0; !done_; ++number) {
            const std::string key = number % 3 == 0 ? "a.b" : "";
            connection.publish(channel,
                               {.exchange = "attach-in", .message = message(std::to_string(number), key)});
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 4000));
          }
        }) {}
  ~Traffic() {
    done_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("attach: what goes in and out again keeps key, headers with their types, ids and timestamp") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "attach-in");
  declare_resource(connection, channel, "attach-out");
  const dse::MessageFields sent = message("m1", "a.b.c");
  connection.publish(channel, {.exchange = "attach-in", .message = sent});
  const ProgramFixture fixture;
  const Outcome outcome =
      run_process(broker_command(broker.url(), {"attach", fixture.write("through.toml", kThrough), "--for",
                                                "2s", "--out", fixture.run()}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  connection.consume(channel, "attach-out");
  const auto event = connection.wait(std::chrono::seconds(10));
  REQUIRE(event.has_value());
  const auto& delivery = std::get<dse::AmqpDelivery>(*event);
  CHECK(delivery.message.key == "a.b.c");
  CHECK(delivery.message.id == "m1");
  CHECK(delivery.message.correlation_id == "question-1");
  CHECK(delivery.message.app_id == "somebody");
  CHECK(delivery.message.content_type == "application/x-test");
  CHECK(delivery.message.timestamp == sent.timestamp);
  const auto bytes = delivery.message.payload.bytes();
  CHECK(std::equal(bytes.begin(), bytes.end(), sent.payload.bytes().begin()));
  dse::Headers headers = delivery.message.headers;
  CHECK(headers.find("x-dse-run") != nullptr);
  CHECK(headers.find("x-dse-number") != nullptr);
  headers.remove("x-dse-run");
  headers.remove("x-dse-number");
  CHECK(headers == sent.headers);
}

TEST_CASE("attach: a replay from the capture has the same fingerprints, 20 times") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "attach-in");
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("through.toml", kThrough);
  for (unsigned time = 0; time < 20; ++time) {
    CAPTURE(time);
    connection.purge_queue(channel, "attach-in");
    const std::string live = fixture.file("live-" + std::to_string(time));
    {
      const Traffic traffic(broker.url(), time);
      const std::string pace = time % 3 == 0 ? "0" : time % 3 == 1 ? "1" : "0.3";
      const Outcome attached = run_process(
          broker_command(broker.url(), {"attach", scenario, "--for", "400ms", "--pace", pace, "--out", live,
                                        "--threads", std::to_string(1 + time % 2), "--quiet"}));
      CAPTURE(attached.err);
      REQUIRE(attached.status == 0);
    }
    const Outcome replayed = fixture.replay(scenario, {"--capture", live + "/capture", "--quiet"});
    CAPTURE(replayed.err);
    REQUIRE(replayed.status == 0);
    CHECK(read_file(live + "/inbox.log").size() > 100);
    CHECK(fingerprints_of(live) == fingerprints_of(fixture.run()));
    CHECK(read_file(live + "/inbox.log") == read_file(fixture.run() + "/inbox.log"));
  }
}

TEST_CASE("attach: after kill -9 the capture is there, and what was not acknowledged comes again") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "attach-in");
  for (int i = 0; i < 20; ++i)
    connection.publish(channel, {.exchange = "attach-in", .message = message(std::to_string(i))});
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("through.toml", kThrough);
  Process process(broker_command(broker.url(), {"attach", scenario, "--out", fixture.run(), "--quiet"}));
  process.send_when(SIGKILL, [&] { return captured_so_far(fixture) == 20; });
  CHECK(process.wait().signal == SIGKILL);
  // The next run leaves the capture alone.
  CHECK(fixture.replay(scenario, {"--until", "1ms"}).status == 0);
  const std::string capture = unfinished_run(fixture) + "/capture";
  const Outcome cut = fixture.replay(scenario, {"--capture", capture});
  CHECK(cut.status == 2);
  CHECK_THAT(cut.err, ContainsSubstring("--until"));
  CHECK(fixture.replay(scenario, {"--capture", capture, "--until", "1ns"}).status == 0);
}

TEST_CASE("attach: Ctrl-C ends it, and what was captured and exported is kept") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  declare_resource(connection, connection.open_channel(), "attach-in");
  const ProgramFixture fixture;
  const std::string scenario = fixture.write("through.toml", kThrough);
  const Traffic traffic(broker.url(), 1);
  Process process(broker_command(broker.url(), {"attach", scenario, "--out", fixture.run(), "--quiet"}));
  process.send_when(SIGINT, [&] { return captured_so_far(fixture) > 0; });
  const Outcome outcome = process.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 130);
  CHECK(read_file(fixture.run() + "/summary.json").find("\"status\": \"interrupted\"") != std::string::npos);
}
