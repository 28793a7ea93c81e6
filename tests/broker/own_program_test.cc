// Tests a program with its own kind and learner, whose components are nodes on RabbitMQ: `nodes`
// starts that same program for each of them.
#include <signal.h>

#include "attached.h"

namespace {

const std::string kOwnScenario = DSE_SOURCE_DIR "/examples/05-own-command-line/own.toml";

Command own_command(std::vector<std::string> arguments) {
  Command command = broker_command(RabbitMq::shared().url(), std::move(arguments));
  command.program = DSE_OWN_BINARY;
  return command;
}

}  // namespace

TEST_CASE("own program: nodes and attach know its kind and its learner") {
  const ProgramFixture fixture;
  std::string text = read_file(kOwnScenario);
  while (text.find("../../data/sample/") != std::string::npos)
    text = replaced(text, "../../data/sample/", kSample);
  text += "[[gateway.export]]\nfrom = \"own.predictions\"\nexchange = \"own.out\"\n";
  const std::string with_export = fixture.write("own.toml", text);
  for (const auto& [how, scenario] : {std::pair("nodes", kOwnScenario), std::pair("attach", with_export)}) {
    INFO(how);
    const Outcome outcome = run_process(own_command({how, scenario, "--all", "--out", fixture.run()}));
    CAPTURE(outcome.out, outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, ContainsSubstring("model.trained is 500"));
    CHECK_THAT(outcome.out, ContainsSubstring("brightness.mean_1 is 19.7"));
    CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"brightness.mean_9\""));
  }
}

TEST_CASE("own program: a replay of what it captured has the same fingerprints and metrics") {
  dse::Connection connection = connect_to(RabbitMq::shared().url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "own-in");
  constexpr std::int64_t kMessages = 60;
  for (std::int64_t number = 0; number < kMessages; ++number) {
    const std::string pixels = {static_cast<char>(number), static_cast<char>(number % 3 * 100)};
    connection.publish(channel, {.exchange = "own-in",
                                 .message = {.payload = dse::Payload::copy_of(pixels),
                                             .headers = {{"label", number % 3}},
                                             .id = std::to_string(number)}});
  }
  wait_until(
      [&] { return connection.declare_queue(channel, "own-in", {.passive = true}).messages == kMessages; });
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("own.toml",
                    "[component.model]\nkind = \"model\"\nlearner = \"nearest-mean\"\nfrom = \"own.model\"\n"
                    "to = \"own.answers\"\nshape = [1, 2]\nclasses = 3\n"
                    "[component.brightness]\nkind = \"mean\"\nfrom = \"own.brightness\"\n"
                    "[[binding]]\nfrom = \"own.digits\"\nto = [\"own.model\", \"own.brightness\"]\n"
                    "[[gateway.import]]\nqueue = \"own-in\"\nto = \"own.digits\"\n");
  Process process(own_command({"attach", scenario, "--out", fixture.run(), "--quiet"}));
  wait_until([&] { return captured_so_far(fixture) == kMessages; }, [&] { return process.err_so_far(); });
  process.send_when(SIGINT, [] { return true; });
  const Outcome attached = process.wait();
  CAPTURE(attached.out, attached.err);
  CHECK(attached.status == 130);
  const std::string again = fixture.file("again");
  const Outcome replayed = run_process(
      own_command({"replay", scenario, "--capture", fixture.run() + "/capture", "--out", again, "--quiet"}));
  CAPTURE(replayed.out, replayed.err);
  CHECK(replayed.status == 0);
  CHECK(fingerprints_of(fixture.run()) == fingerprints_of(again));
  CHECK_THAT(read_file(again + "/summary.json"), ContainsSubstring("\"brightness.mean_1\": "));
}

TEST_CASE("own program: dse itself says which kinds it knows") {
  const Outcome outcome = run_process(broker_command(RabbitMq::shared().url(), {"nodes", kOwnScenario}));
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("component.brightness.kind: unknown value 'mean'"));
  CHECK_THAT(outcome.err, ContainsSubstring("component.model.learner: unknown value 'nearest-mean'"));
}
