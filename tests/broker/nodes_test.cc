// Tests of dse node and dse nodes: each component of a scenario as its own process, with RabbitMQ
// as the Data Bus.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "amqp/broker_error.h"
#include "attached.h"

namespace {

// Models that learn from one generator; resources begin with `prefix`.
std::string models(const ProgramFixture& fixture, const std::string& prefix,
                   const std::vector<std::string>& names) {
  std::string text = "[component.trainer]\nkind = \"training-generator\"\nimages = \"" + kSample +
                     "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample +
                     "train-labels-idx1-ubyte.gz\"\nto = \"" + prefix +
                     "digits\"\nrate = \"500/s\"\nlimit = 1500\n";
  for (const std::string& name : names) {
    text += "[component." + name + "]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"" + prefix + name +
            "\"\nto = \"" + prefix + "predictions\"\n[[binding]]\nfrom = \"" + prefix + "digits\"\nto = \"" +
            prefix + name + "\"\n";
  }
  return fixture.write("models.toml", text);
}

// The number after `name` in a JSON file.
std::int64_t number_in(const std::string& file, const std::string& name) {
  const std::string text = read_file(file);
  const std::size_t at = text.find("\"" + name + "\": ");
  return at == std::string::npos ? -1 : std::stoll(text.substr(at + name.size() + 4));
}

std::uint32_t ready(dse::Connection& connection, dse::ChannelNumber channel, const std::string& queue) {
  return connection.declare_queue(channel, queue, {.passive = true}).messages;
}

}  // namespace

TEST_CASE("nodes: every component of a scenario, and what they counted in one run directory") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const Outcome outcome = run_process(broker_command(
      broker.url(), {"nodes", kScenarios + "few-digits.toml", "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  const std::string summary = fixture.run() + "/summary.json";
  CHECK(number_in(summary, "trainer.sent") == 96);
  for (const std::string model : {"softmax", "mlp", "lenet", "quadratic"}) {
    CHECK(number_in(summary, model + ".trained") == 96);
    CHECK(number_in(summary, model + ".predicted") == 24);
    CHECK_THAT(read_file(summary), ContainsSubstring("\"" + model + ".accuracy\""));
  }
  CHECK(number_in(summary, "echo.received") == 24);
  CHECK(number_in(summary, "votes.decided") == 24);
  CHECK_THAT(read_file(summary), ContainsSubstring("\"votes.accuracy\"") &&
                                     ContainsSubstring("\"echo.sojourn_p99_ns\"") &&
                                     ContainsSubstring("\"softmax.train_wait_p50_ns\"") &&
                                     ContainsSubstring("\"softmax.infer_sojourn_p999_ns\""));
  CHECK(lines_of(read_file(fixture.run() + "/echo/echo.log")).size() == 24);
}

TEST_CASE("nodes: what a run made on the broker goes with it, what others have there stays") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "tidy-first");
  const ProgramFixture fixture;
  const std::string scenario = models(fixture, "tidy-", {"first", "second", "third"});
  const Outcome outcome =
      run_process(broker_command(broker.url(), {"nodes", scenario, "--set", "component.trainer.limit=50",
                                                "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(ready(connection, channel, "tidy-first") == 0);
  connection.declare_exchange(channel, "tidy-first", {.passive = true});
  for (const std::string gone : {"tidy-second", "tidy-third"}) {
    CHECK_THROWS_AS(ready(connection, connection.open_channel(), gone), dse::ChannelClosed);
    CHECK_THROWS_AS(connection.declare_exchange(connection.open_channel(), gone, {.passive = true}),
                    dse::ChannelClosed);
  }
  // This exchange remains, because the queue tidy-first is bound to it.
  connection.declare_exchange(channel, "tidy-digits", {.passive = true});
}

TEST_CASE("nodes: one at a time, the writer first, in any order") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const std::string scenario = models(fixture, "alone-", {"first", "second"});
  const Outcome writer =
      run_process(broker_command(broker.url(), {"node", scenario, "trainer", "--pace", "100", "--out",
                                                fixture.file("trainer"), "--quiet"}));
  CAPTURE(writer.err);
  CHECK(writer.status == 0);
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  CHECK(ready(connection, channel, "alone-first") == 1500);
  Process reader(
      broker_command(broker.url(), {"node", scenario, "first", "--out", fixture.file("first"), "--quiet"}));
  reader.send_when(SIGINT, [&] { return ready(connection, channel, "alone-first") == 0; });
  CHECK(reader.wait().status == 130);
  // The messages that it had not settled are back in the queue.
  const std::uint32_t left = ready(connection, channel, "alone-first");
  CHECK(number_in(fixture.file("first") + "/node.json", "trained") >=
        1500 - static_cast<std::int64_t>(left) - 1);
  CHECK(ready(connection, channel, "alone-second") == 1500);
  for (const std::string name : {"alone-first", "alone-second"}) connection.purge_queue(channel, name);
}

TEST_CASE(
    "nodes: a model is killed and replaced, the others do not notice, the new one learns from what is left") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "killed-digits");  // its queue shows how many were sent
  const ProgramFixture fixture;
  const std::string scenario = models(fixture, "killed-", {"first", "second", "third", "fourth"});
  Process nodes(broker_command(broker.url(), {"nodes", scenario, "--out", fixture.run(), "--quiet"}));
  wait_until([&] { return ready(connection, channel, "killed-digits") >= 500; });
  const pid_t second = child_with(nodes.id(), "second");
  REQUIRE(second > 0);
  REQUIRE(kill(second, SIGKILL) == 0);
  Process replacement(
      broker_command(broker.url(), {"node", scenario, "second", "--out", fixture.file("second"), "--quiet"}));
  const Outcome outcome = nodes.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err, ContainsSubstring("component 'second' ended with status 137"));
  for (const std::string other : {"first", "third", "fourth"})
    CHECK(number_in(fixture.run() + "/summary.json", other + ".trained") == 1500);
  replacement.send_when(SIGINT, [&] { return ready(connection, channel, "killed-second") == 0; });
  CHECK(replacement.wait().status == 130);
  const std::int64_t trained = number_in(fixture.file("second") + "/node.json", "trained");
  CHECK(trained > 500);    // part of the thousand that came after the kill
  CHECK(trained <= 1500);  // all, if the first process was killed before it had learned anything
}

TEST_CASE("nodes: while the broker is away their lines say so, and then they go on") {
  RabbitMq broker;
  const ProgramFixture fixture;
  const std::string scenario = models(fixture, "away-", {"first", "second"});
  Process nodes(broker_command(
      broker.url(), {"nodes", scenario, "--set", "component.trainer.limit=2000", "--out", fixture.run()}));
  {
    dse::Connection connection = connect_to(broker.url());
    const dse::ChannelNumber channel = connection.open_channel();
    declare_resource(connection, channel, "away-digits");
    // A node does not retry its first connection.
    const auto has_reader = [&](const std::string& queue) {
      return connection.declare_queue(channel, queue, {.passive = true}).consumers > 0;
    };
    wait_until([&] {
      return ready(connection, channel, "away-digits") >= 300 && has_reader("away-first") &&
             has_reader("away-second");
    });
  }
  broker.kill();
  std::this_thread::sleep_for(
      std::chrono::seconds(11));  // without a terminal there are lines every ten seconds
  broker.restart();
  const Outcome outcome = nodes.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.err, ContainsSubstring("cannot be reached"));
  for (const std::string model : {"first", "second"})
    CHECK(number_in(fixture.run() + "/summary.json", model + ".trained") == 2000);
}

TEST_CASE("nodes: what is wrong is said") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const std::string scenario = models(fixture, "wrong-", {"first", "second"});
  const Outcome unknown = run_process(broker_command(broker.url(), {"node", scenario, "frist"}));
  CHECK(unknown.status == 2);
  CHECK_THAT(unknown.err, ContainsSubstring("has no component 'frist'; did you mean 'first'?"));
  const Outcome no_data = run_process(
      broker_command(broker.url(), {"nodes", scenario, "--set", "component.trainer.images=\"nowhere.gz\"",
                                    "--for", "3s", "--out", fixture.run(), "--quiet"}));
  CHECK(no_data.status == 2);
  CHECK_THAT(no_data.err, ContainsSubstring("nowhere.gz"));
  const Outcome nobody =
      run_process(broker_command("amqp://guest:secret@127.0.0.1:1", {"node", scenario, "first"}));
  CHECK(nobody.status == 3);
  CHECK_THAT(nobody.err, ContainsSubstring("amqp://guest@127.0.0.1:1/ cannot be reached"));
  CHECK_THAT(nobody.err, !ContainsSubstring("secret"));
}

TEST_CASE("nodes: replicas share a queue, and one that is stopped gives back what it had not acknowledged") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const std::string text =
      "[component.trainer]\nkind = \"training-generator\"\nimages = \"" + kSample +
      "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample +
      "train-labels-idx1-ubyte.gz\"\nto = \"life-digits\"\nrate = \"200/s\"\nlimit = 1000\n"
      "[component.worker]\nkind = \"watch\"\nfrom = \"life-digits\"\ncount = 2\n"
      "[component.leaves]\nkind = \"watch\"\nfrom = \"life-digits\"\nservice = \"20ms\"\nstop = \"4s\"\n"
      "[[expect]]\nmetric = \"worker.received\"\nmin = 750\n";
  const Outcome outcome = run_process(broker_command(
      broker.url(), {"nodes", fixture.write("life.toml", text), "--out", fixture.run(), "--quiet"}));
  INFO(outcome.out + outcome.err);
  CHECK(outcome.status == 0);
  const std::string summary = fixture.run() + "/summary.json";
  const std::int64_t left = number_in(summary, "leaves.received");
  CHECK(left > 0);
  CHECK(left <= 210);
  // The message that it had in hand was handled again.
  CHECK(number_in(summary, "worker.received") + left >= 1000);
  CHECK(number_in(summary, "worker.received") ==
        number_in(summary, "worker-1.received") + number_in(summary, "worker-2.received"));
}

TEST_CASE("node: the name of replicas alone is refused, and names one") {
  const ProgramFixture fixture;
  const Outcome outcome = run_process(
      dse_command({"node", "--broker", "amqp://127.0.0.1:1", kScenarios + "replicas.toml", "worker"}));
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err,
             ContainsSubstring("component.worker: has replicas, and a node is one of them: name it, "
                               "such as 'worker-1'"));
}
