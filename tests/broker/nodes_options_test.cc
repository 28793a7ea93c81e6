// Scenarios with exchanges of several types and queues with options as nodes, beside what a simulation of the
// same files gives. Each runs in a vhost of its own, because the names are those of the files.
#include <signal.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "amqp/broker_error.h"
#include "amqp/topology.h"
#include "attached.h"

namespace {

class OwnVhost {
 public:
  OwnVhost(const RabbitMq& broker, std::string name) : broker_(broker), name_(std::move(name)) {
    if (("\n" + broker.ctl({"-q", "list_vhosts", "name"})).find("\n" + name_ + "\n") != std::string::npos)
      broker.ctl({"delete_vhost", name_});  // a run that was killed has left it
    broker.ctl({"add_vhost", name_});
    broker.ctl({"set_permissions", "-p", name_, "guest", ".*", ".*", ".*"});
  }
  ~OwnVhost() {
    try {
      broker_.ctl({"delete_vhost", name_});
    } catch (const std::exception&) {
      // The next run deletes it.
    }
  }

  std::string url() const {
    const std::string whole = broker_.url();
    return whole.substr(0, whole.rfind('/') + 1) + name_;
  }
  std::int64_t readers() const {
    const std::vector<std::string> listed =
        lines_of(broker_.ctl({"-q", "list_consumers", "-p", name_, "ack_required"}));
    return std::count(listed.begin(), listed.end(), "true");
  }
  // The names of all queues, and of all exchanges but the broker's own.
  std::set<std::string> names() const {
    std::set<std::string> result;
    for (const char* what : {"list_queues", "list_exchanges"}) {
      for (const std::string& line : lines_of(broker_.ctl({"-q", what, "-p", name_, "name"}))) {
        if (line != "name" && !line.empty() && !line.starts_with("amq.")) result.insert(line);
      }
    }
    return result;
  }

 private:
  const RabbitMq& broker_;
  std::string name_;
};

// A run of the file, and what its summary says of a metric.
struct Ran {
  Outcome outcome;
  std::string summary;

  std::int64_t metric(const std::string& name) const {
    const std::size_t at = summary.find("\"" + name + "\": ");
    return at == std::string::npos ? -1 : std::stoll(summary.substr(at + name.size() + 4));
  }
};

Ran run_of(Command command, const std::string& folder) {
  Ran ran{run_process(std::move(command)), ""};
  ran.summary = read_file(folder + "/summary.json");
  return ran;
}

Ran as_nodes(const ProgramFixture& fixture, const OwnVhost& vhost, const std::string& scenario) {
  const std::string folder = fixture.file("as-nodes");
  return run_of(broker_command(vhost.url(), {"nodes", scenario, "--out", folder, "--quiet"}), folder);
}

Ran simulated(const ProgramFixture& fixture, const std::string& scenario) {
  const std::string folder = fixture.file("simulated");
  return run_of(dse_command({"replay", scenario, "--out", folder, "--quiet"}), folder);
}

std::string said(const Ran& ran) { return ran.outcome.out + ran.outcome.err + ran.summary; }

// The numbers of the messages that a watch has kept, in order.
std::vector<int> numbers_in(const std::string& file) {
  std::vector<int> numbers;
  for (const std::string& line : lines_of(read_file(file))) {
    const std::size_t at = line.find(",generator-");
    if (at != std::string::npos) numbers.push_back(std::stoi(line.substr(at + 11)));
  }
  return numbers;
}

}  // namespace

TEST_CASE(
    "nodes with options: exchanges of each type lead where they lead in a simulation, and are removed") {
  const RabbitMq broker = RabbitMq::shared();
  const OwnVhost vhost(broker, "exchange-types");
  const ProgramFixture fixture;
  const std::string scenario = kScenarios + "exchange-types.toml";
  const Ran nodes = as_nodes(fixture, vhost, scenario);
  const Ran simulation = simulated(fixture, scenario);
  INFO(said(nodes));
  CHECK(nodes.outcome.status == 0);
  CHECK(nodes.outcome.err == "");
  for (const std::string reader : {"sevens", "others", "archive", "audit", "low"}) {
    CAPTURE(reader);
    CHECK(nodes.metric(reader + ".received") == simulation.metric(reader + ".received"));
    CHECK(nodes.metric(reader + ".not_received") == 0);
  }
  CHECK(vhost.names() == std::set<std::string>{});
}

TEST_CASE("nodes with options: a retry ladder takes its time, and ends as in a simulation") {
  const RabbitMq broker = RabbitMq::shared();
  const OwnVhost vhost(broker, "retry-ladder");
  const ProgramFixture fixture;
  const std::string scenario = kScenarios + "programs/retry-ladder.toml";
  const Ran nodes = as_nodes(fixture, vhost, scenario);
  const Ran simulation = simulated(fixture, scenario);
  INFO(said(nodes));
  CHECK_THAT(nodes.outcome.err, !ContainsSubstring("owed") && !ContainsSubstring("ended with status"));
  for (const std::string metric :
       {"worker.done", "parking-lot.received", "worker.received", "ladder.received"}) {
    CAPTURE(metric);
    CHECK(nodes.metric(metric) > 0);
    CHECK(nodes.metric(metric) == simulation.metric(metric));
  }
  CHECK(vhost.names() == std::set<std::string>{});
}

TEST_CASE("nodes with options: what expires or is dropped is buried, each message once, and is no loss") {
  const RabbitMq broker = RabbitMq::shared();
  const OwnVhost vhost(broker, "message-ttl");
  const ProgramFixture fixture;
  const std::string scenario = kScenarios + "message-ttl.toml";
  const Ran nodes = as_nodes(fixture, vhost, scenario);
  const Ran simulation = simulated(fixture, scenario);
  INFO(said(nodes));
  // Which messages are buried depends on time.
  CHECK(simulation.metric("slow.received") + simulation.metric("undertaker.received") == 200);
  CHECK(nodes.metric("slow.received") + nodes.metric("undertaker.received") == 200);
  CHECK(nodes.metric("undertaker.received") > 0);
  CHECK(nodes.metric("work.not_received") == nodes.metric("undertaker.received"));
  CHECK_THAT(nodes.outcome.err, !ContainsSubstring("warning"));
  CHECK(vhost.names() == std::set<std::string>{});
}

TEST_CASE("nodes with options: a full queue that rejects gets all in the end, and its neighbour each once") {
  const RabbitMq broker = RabbitMq::shared();
  const OwnVhost vhost(broker, "burst");
  const ProgramFixture fixture;
  const Ran nodes = as_nodes(fixture, vhost, kScenarios + "burst.toml");
  INFO(said(nodes));
  CHECK(nodes.metric("slow.received") == 100);
  CHECK(nodes.metric("archive.received") == 100);
  CHECK(nodes.metric("small.not_received") == 0);
  CHECK_THAT(nodes.outcome.err, !ContainsSubstring("owed"));
  CHECK_THAT(read_file(fixture.file("as-nodes") + "/generator/node.json"),
             !ContainsSubstring("\"nacked\": 0,"));
}

TEST_CASE("nodes with options: a message that waits by its own expiration is waited for") {
  const RabbitMq broker = RabbitMq::shared();
  const OwnVhost vhost(broker, "own-expiration");
  const ProgramFixture fixture;
  fixture.write("source.py",
                "import json, sys\n"
                "for line in sys.stdin:\n"
                "    first = json.loads(line)['call'] == 'start'\n"
                "    write = ['write', 'waits', {'key': 'k', 'expiration': '1500'}]\n"
                "    print(json.dumps({'steps': [write]} if first else {}), flush=True)\n");
  const std::string scenario = fixture.write(
      "expiration.toml",
      "[resource.waits]\ndead_letter = { to = \"late\" }\n[exchange.other]\ntype = \"fanout\"\n"
      "[[binding]]\nfrom = \"other\"\nto = \"waits\"\n[component.source]\nkind = \"program\"\n"
      "command = [\"python3\", \"source.py\"]\nto = [\"waits\"]\n"
      "[component.reader]\nkind = \"watch\"\nfrom = \"late\"\n[[expect]]\nmetric = \"reader.received\"\n"
      "equals = 1\n");
  const Ran nodes = as_nodes(fixture, vhost, scenario);
  INFO(said(nodes));
  CHECK(nodes.outcome.status == 0);
  CHECK(vhost.names() == std::set<std::string>{});
}

TEST_CASE("nodes with options: a standby gets nothing until the active one dies, and then all that is left") {
  const RabbitMq broker = RabbitMq::shared();
  const OwnVhost vhost(broker, "hot-standby");
  dse::Connection connection = connect_to(vhost.url());
  const dse::ChannelNumber channel = connection.open_channel();
  // Its queue shows how many were sent.
  dse::assert_exchange(connection, channel, "digits");
  connection.declare_queue(channel, "copies", {});
  connection.bind_queue(channel, {.source = "digits", .destination = "copies", .key = "#"});
  const auto unread = [&] { return connection.declare_queue(channel, "digits", {.passive = true}).messages; };
  const auto sent = [&] { return connection.declare_queue(channel, "copies", {.passive = true}).messages; };
  const ProgramFixture fixture;
  const auto node = [&](const std::string& component) {
    return broker_command(
        vhost.url(), {"node", kScenarios + "hot-standby.toml", component, "--set",
                      "component.generator.rate=\"200/s\"", "--out", fixture.file(component), "--quiet"});
  };
  // A quorum queue itself says only how many are active.
  const auto await_readers = [&](std::int64_t number) {
    wait_until([&] { return vhost.readers() == number; });
  };
  Process active(node("active"));
  await_readers(1);
  Process standby(node("standby"));
  await_readers(2);
  Process generator(node("generator"));
  wait_until([&] { return sent() >= 100; }, [&] { return generator.err_so_far(); });
  REQUIRE(kill(active.id(), SIGKILL) == 0);
  CHECK(generator.wait().status == 0);
  standby.send_when(SIGINT, [&] { return unread() == 0; });
  const Outcome outcome = standby.wait();
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 130);
  std::vector<int> got = numbers_in(fixture.file("standby") + "/standby.csv");
  CAPTURE(got);
  REQUIRE(!got.empty());
  const int first = *std::min_element(got.begin(), got.end());
  CHECK(first > 0);
  // What the active one had not settled, and everything after that. What it has in hand goes back.
  std::sort(got.begin(), got.end());
  CHECK(static_cast<std::uint32_t>(got.size()) + unread() == 400 - static_cast<std::uint32_t>(first));
  CHECK(std::adjacent_find(got.begin(), got.end()) == got.end());
}

TEST_CASE("nodes with options: a queue that is there with others ends its nodes, and then the run") {
  const RabbitMq broker = RabbitMq::shared();
  const OwnVhost vhost(broker, "other-options");
  dse::Connection connection = connect_to(vhost.url());
  const dse::ChannelNumber channel = connection.open_channel();
  connection.declare_queue(channel, "work", {});
  const std::string own = "";
  connection.publish(channel, {.exchange = own, .message = {.key = "work", .id = "stays"}});
  const ProgramFixture fixture;
  const std::string scenario = kScenarios + "message-ttl.toml";
  const Outcome alone =
      run_process(broker_command(vhost.url(), {"node", scenario, "slow", "--out", fixture.run(), "--quiet"}));
  CHECK(alone.status == 3);
  CHECK_THAT(alone.err, ContainsSubstring("PRECONDITION_FAILED"));
  // The others do not wait for ever until what is in the queue has expired.
  const Ran nodes = as_nodes(fixture, vhost, scenario);
  INFO(said(nodes));
  CHECK(nodes.outcome.status == 3);
}

TEST_CASE("nodes with options: an exclusive queue is refused before the broker is asked") {
  for (const std::string command : {"node", "nodes"}) {
    std::vector<std::string> words = {command, "--broker", "amqp://127.0.0.1:1",
                                      kScenarios + "exclusive.toml"};
    if (command == "node") words.push_back("reader");
    const Outcome outcome = run_process(dse_command(words));
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, ContainsSubstring("exclusive.toml: resource.own.exclusive: "));
  }
}

TEST_CASE("attach: exchanges of other types, and queues with options, are used as they are on the broker") {
  const RabbitMq broker = RabbitMq::shared();
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  dse::assert_exchange(connection, channel, "typed-out",
                       {.type = dse::ExchangeType::kFanout, .alternate = "typed-rest"});
  const dse::QueueOptions options{.type = dse::QueueType::kQuorum, .delivery_limit = 3};
  dse::assert_queue_alone(connection, channel, "typed-in", options);
  connection.purge_queue(channel, "typed-in");
  connection.bind_queue(channel, {.source = "typed-out", .destination = "typed-in"});
  const ProgramFixture fixture;
  const std::string scenario = crossing_scenario(fixture, 200, "typed-out", "typed-in");
  const std::string from_exchange =
      "[component.direct]\nkind = \"watch\"\nfrom = \"came\"\n[[gateway.import]]\nexchange = \"typed-out\"\n"
      "key = \"nobody has this key\"\nto = \"came\"\nname = \"straight\"\n";
  const std::string both = fixture.write("both.toml", read_file(scenario) + from_exchange);
  Process attached(broker_command(broker.url(), {"attach", both, "--out", fixture.run(), "--quiet"}));
  attached.send_when(SIGINT, [&] { return captured_so_far(fixture) >= 400; });
  const Outcome outcome = attached.wait();
  INFO(outcome.err);
  CHECK(outcome.status == 130);
  check_all_crossed(fixture.run(), 200);
  CHECK(numbers_in(fixture.run() + "/direct.csv").size() == 200);
  connection.delete_queue(channel, "typed-in", {});
  connection.delete_exchange(channel, "typed-out", {});
}
