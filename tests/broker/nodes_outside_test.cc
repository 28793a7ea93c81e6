// How the nodes of a scenario cope with messages from outside, and with what a broker does by
// itself.
#include <signal.h>

#include "attached.h"
#include "foreign_client.h"

namespace {

std::string generator(const std::string& to, int limit) {
  return "[component.trainer]\nkind = \"training-generator\"\nimages = \"" + kSample +
         "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample + "train-labels-idx1-ubyte.gz\"\nto = \"" +
         to + "\"\nrate = \"2000/s\"\nlimit = " + std::to_string(limit) + "\n";
}

std::string model(const std::string& name, const std::string& from, const std::string& to) {
  return "[component." + name + "]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"" + from +
         "\"\nto = \"" + to + "\"\n";
}

std::string watch(const std::string& name, const std::string& from, const std::string& service = "0s") {
  return "[component." + name + "]\nkind = \"watch\"\nfrom = \"" + from + "\"\nservice = \"" + service +
         "\"\n";
}

std::int64_t number_of(const std::string& file, const std::string& name) {
  const std::string text = read_file(file);
  const std::size_t at = text.find("\"" + name + "\": ");
  return at == std::string::npos ? -1 : std::stoll(text.substr(at + name.size() + 4));
}

// The ready and unacknowledged messages of the queue according to rabbitmqctl.
int messages_in(const RabbitMq& broker, const std::string& queue) {
  const std::string listed = broker.ctl({"-q", "list_queues", "name", "messages"});
  const std::size_t at = ("\n" + listed).find("\n" + queue + "\t");
  return at == std::string::npos ? -1 : std::stoi(listed.substr(at + queue.size() + 1));
}

}  // namespace

TEST_CASE("nodes outside: publications that come twice back to back take no places for good") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  declare_resource(connection, channel, "pairs");
  for (std::int64_t number = 0; number < 20; ++number) {
    const dse::MessageFields message{.payload = dse::Payload::copy_of("x"), .id = std::to_string(number)};
    for (int twice = 0; twice < 2; ++twice)
      connection.publish(channel, {.exchange = "pairs", .message = message, .run = "1f", .number = number});
  }
  const ProgramFixture fixture;
  const std::string scenario =
      fixture.write("pairs.toml", watch("inbox", "pairs", "1ms") + "[resource.pairs]\nprefetch = 4\n");
  Process node(broker_command(broker.url(), {"node", scenario, "inbox", "--out", fixture.run(), "--quiet"}));
  wait_until([&] { return messages_in(broker, "pairs") == 0; }, [&] { return node.err_so_far(); });
  node.send_when(SIGINT, [] { return true; });
  CHECK(node.wait().status == 130);
  CHECK(number_of(fixture.run() + "/node.json", "received") == 20);
  CHECK(number_of(fixture.run() + "/node.json", "duplicates_dropped") == 20);
}

TEST_CASE("nodes outside: what a model refuses goes where the broker's queue sends what is rejected") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  broker.ctl(
      {"set_policy", "nodes-refusing", "^nodes-refusing$", R"({"dead-letter-exchange":"nodes-dead"})"});
  foreign_client(fixture, broker.url(),
                 "declare('nodes-dead')\ndeclare('nodes-refusing')\n"
                 "publish('nodes-refusing', b'short', message_id='short')\n"
                 "publish('nodes-refusing', b'bad', message_id='nameless', headers={'': 1})\n"
                 "publish('nodes-refusing', b'odd', message_id='odd', headers={'shadow': None})\n");
  const std::string scenario = fixture.write(
      "refusing.toml", generator("nodes-refusing", 50) + model("softmax", "nodes-refusing", "nodes-answers"));
  const Outcome outcome =
      run_process(broker_command(broker.url(), {"nodes", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(number_of(fixture.run() + "/summary.json", "softmax.refused") == 3);
  CHECK(number_of(fixture.run() + "/summary.json", "softmax.trained") == 50);
  CHECK(lines_of(read_file(fixture.run() + "/softmax/refused.csv")).size() == 4);
  CHECK(messages_in(broker, "nodes-dead") == 3);
}

TEST_CASE("nodes outside: a component that says so ends them all by its first refusal") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('nodes-ending')\npublish('nodes-ending', b'short', message_id='short')\n");
  const std::string scenario = fixture.write(
      "ending.toml", generator("nodes-ending", 50) + model("softmax", "nodes-ending", "nodes-answers") +
                         "on_refused = \"end\"\n");
  const Outcome outcome =
      run_process(broker_command(broker.url(), {"nodes", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 3);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"status\": \"refused\""));
  CHECK(number_of(fixture.run() + "/summary.json", "softmax.refused") == 1);
}

TEST_CASE("nodes outside: names and ids that others choose cost no results") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('odd-digits')\n"
                 "for id in ['a\\nb', 'a,b', '\"', 'truth 1']:\n"
                 "    publish('odd-digits', bytes(784), message_id=id)\n");
  const std::string source =
      "[component.camera]\nkind = \"production-source\"\nimages = \"" + kSample +
      "t10k-images-idx3-ubyte.gz\"\ntruth = \"" + kSample +
      "t10k-labels-idx1-ubyte.gz\"\nslice = [0, 20]\nto = \"odd-digits\"\nrate = \"1000/s\"\n";
  const std::string scenario = fixture.write(
      "odd.toml", generator("odd-digits", 50) + source + model("softmax", "odd-digits", "odd-answers") +
                      watch("answers", "odd-answers") + watch("truths", "odd-digits-too") +
                      "[[binding]]\nfrom = \"odd-digits\"\nto = \"odd-digits-too\"\n");
  const Outcome outcome =
      run_process(broker_command(broker.url(), {"nodes", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  CHECK(number_of(fixture.run() + "/summary.json", "softmax.predicted") == 24);
  CHECK(number_of(fixture.run() + "/summary.json", "answers.received") == 24);
  CHECK(number_of(fixture.run() + "/summary.json", "truths.received") == 70);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"softmax.accuracy\""));
}

TEST_CASE("nodes outside: messages that a policy of the broker takes away are missed, with numbers") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  broker.ctl({"set_policy", "nodes-short", "^nodes-short$", R"({"max-length":20})"});
  const std::string scenario =
      fixture.write("short.toml", generator("nodes-short", 200) + watch("inbox", "nodes-short", "10ms") +
                                      "[resource.nodes-short]\nprefetch = 4\n");
  const Outcome outcome =
      run_process(broker_command(broker.url(), {"nodes", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  const std::int64_t received = number_of(fixture.run() + "/summary.json", "inbox.received");
  CHECK(received < 200);
  CHECK(number_of(fixture.run() + "/summary.json", "nodes-short.not_received") == 200 - received);
  CHECK_THAT(outcome.err, ContainsSubstring("queue 'nodes-short': of 200 messages owed to it, " +
                                            std::to_string(received) + " were received, " +
                                            std::to_string(200 - received) + " were not, and 0 still wait"));
}
