// Whatever comes from outside neither ends a run nor makes it hang, and does not cause the loss of
// anything else.
#include <signal.h>

#include "attached.h"
#include "foreign_client.h"
#include "support/tcp_proxy.h"

namespace {

std::string model_scenario(const ProgramFixture& fixture, const std::string& queue,
                           const std::string& more = "") {
  return fixture.write(
      "model.toml",
      "[component.model]\nkind = \"model\"\nlearner = \"softmax\"\nfrom = \"in\"\nto = \"out\"\n"
      "shape = [28, 28]\nclasses = 10\n" +
          more + "[component.inbox]\nkind = \"watch\"\nfrom = \"out\"\n[[gateway.import]]\nqueue = \"" +
          queue + "\"\nto = \"in\"\n");
}

std::string watch_scenario(const ProgramFixture& fixture, const std::string& queue,
                           const std::string& more = "") {
  return fixture.write("watch.toml",
                       "[component.inbox]\nkind = \"watch\"\nfrom = \"in\"\n[[gateway.import]]\nqueue = \"" +
                           queue + "\"\nto = \"in\"\n" + more);
}

// Attaches until the capture has this many messages, then ends the run with Ctrl-C.
Outcome attach_until(const ProgramFixture& fixture, const RabbitMq& broker, const std::string& scenario,
                     int captured) {
  Process process(broker_command(broker.url(), {"attach", scenario, "--out", fixture.run(), "--quiet"}));
  wait_until([&] { return captured_so_far(fixture) >= captured; }, [&] { return process.err_so_far(); });
  process.send_when(SIGINT, [] { return true; });
  return process.wait();
}

std::uint32_t ready_in(const RabbitMq& broker, const std::string& queue) {
  dse::Connection connection = connect_to(broker.url());
  return connection.declare_queue(connection.open_channel(), queue, {.passive = true}).messages;
}

std::string metric_in(const std::string& run, const std::string& metric) {
  const std::string text = read_file(run + "/summary.json");
  const std::size_t at = text.find("\"" + metric + "\": ");
  if (at == std::string::npos) return "";
  const std::size_t from = at + metric.size() + 4;
  return text.substr(from, text.find_first_of(",\n", from) - from);
}

std::vector<std::string> ids_kept(const std::string& run) {
  std::vector<std::string> ids;
  for (const std::string& line : lines_of(read_file(run + "/inbox.csv"))) {
    const std::size_t first = line.find(',');
    ids.push_back(line.substr(first + 1, line.find(',', first + 1) - first - 1));
  }
  if (!ids.empty()) ids.erase(ids.begin());  // the header line
  return ids;
}

constexpr const char* kPoison =
    "declare('QUEUE')\n"
    "image = bytes(784)\n"
    "for i in range(20): publish('QUEUE', image, message_id='before-%d' % i)\n"
    "publish('QUEUE', b'0123456789', message_id='short')\n"
    "publish('QUEUE', b'', message_id='empty')\n"
    "publish('QUEUE', bytes(785), message_id='long')\n"
    "publish('QUEUE', image, message_id='ten', headers={'label': 10})\n"
    "publish('QUEUE', image, message_id='minus', headers={'label': -1})\n"
    "publish('QUEUE', image, message_id='text', headers={'label': '3'})\n"
    "publish('QUEUE', image, message_id='truth', headers={'label': True})\n"
    "for i in range(20): publish('QUEUE', image, message_id='after-%d' % i)\n";

std::string poison(const std::string& queue) {
  std::string lines = kPoison;
  for (std::size_t at = lines.find("QUEUE"); at != std::string::npos; at = lines.find("QUEUE"))
    lines.replace(at, 5, queue);
  return lines;
}

}  // namespace

TEST_CASE("outside: what a model cannot use it refuses, and the run goes on, attached and replayed") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(), poison("outside-poison"));
  const std::string scenario = model_scenario(fixture, "outside-poison");
  const Outcome attached = attach_until(fixture, broker, scenario, 47);
  CAPTURE(attached.err);
  CHECK(attached.status == 130);
  CHECK(ids_kept(fixture.run()).size() == 40);
  CHECK(metric_in(fixture.run(), "model.refused") == "7");
  CHECK(lines_of(read_file(fixture.run() + "/refused.csv")).size() == 8);
  CHECK_THAT(read_file(fixture.run() + "/refused.csv"),
             ContainsSubstring(",model,in,short,,10,") && ContainsSubstring("its label \"\"3\"\" is text"));
  CHECK_THAT(attached.err, ContainsSubstring("refuses message \"short\" of 'in': it has 10 bytes") &&
                               ContainsSubstring("component 'model' refused 7 messages"));
  CHECK(lines_of(attached.err).size() == 2);
  CHECK(ready_in(broker, "outside-poison") == 0);

  const std::string again = fixture.file("again");
  const Outcome replayed = run_process(
      dse_command({"replay", scenario, "--capture", fixture.run() + "/capture", "--out", again, "--quiet"}));
  CAPTURE(replayed.err);
  CHECK(replayed.status == 0);
  CHECK(fingerprints_of(again) == fingerprints_of(fixture.run()));
  CHECK(read_file(again + "/refused.csv") == read_file(fixture.run() + "/refused.csv"));
}

TEST_CASE("outside: a component that says so ends the run by its first refusal, with the results kept") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(), poison("outside-end"));
  const std::string scenario = model_scenario(fixture, "outside-end", "on_refused = \"end\"\n");
  const Outcome attached =
      run_process(broker_command(broker.url(), {"attach", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(attached.err);
  CHECK(attached.status == 3);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"status\": \"refused\""));
  CHECK(ids_kept(fixture.run()).size() == 20);
  CHECK(lines_of(read_file(fixture.run() + "/refused.csv")).size() == 2);
  const std::string again = fixture.file("again");
  const Outcome replayed = run_process(
      dse_command({"replay", scenario, "--capture", fixture.run() + "/capture", "--out", again, "--quiet"}));
  CHECK(replayed.status == 3);
  CHECK(fingerprints_of(again) == fingerprints_of(fixture.run()));
}

TEST_CASE("outside: different messages with one id are different messages") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('outside-ids')\n"
                 "for i in range(10): publish('outside-ids', b'body %d' % i, message_id='job')\n"
                 "for p in range(2):\n"
                 "    for i in range(100): publish('outside-ids', b'%d of %d' % (i, p), message_id=str(i))\n"
                 "for i in range(5): publish('outside-ids', b'the same', message_id='same')\n");
  const Outcome outcome = attach_until(fixture, broker, watch_scenario(fixture, "outside-ids"), 215);
  CAPTURE(outcome.err);
  CHECK(ids_kept(fixture.run()).size() == 215);
  CHECK(metric_in(fixture.run(), "import-in.duplicates") == "0");
  CHECK(ready_in(broker, "outside-ids") == 0);
}

TEST_CASE("outside: what was passed on under one id is not taken for one message by the next one") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('outside-hop')\ndeclare('outside-hop-2')\n"
                 "for i in range(10): publish('outside-hop', b'the same', message_id='job')\n");
  const std::string scenario = watch_scenario(
      fixture, "outside-hop", "[[gateway.export]]\nfrom = \"in\"\nexchange = \"outside-hop-2\"\n");
  const Outcome first = attach_until(fixture, broker, scenario, 10);
  CAPTURE(first.err);
  const ProgramFixture next;
  const Outcome second = attach_until(next, broker, watch_scenario(next, "outside-hop-2"), 10);
  CAPTURE(second.err);
  CHECK(ids_kept(next.run()).size() == 10);
  CHECK(metric_in(next.run(), "import-in.duplicates") == "0");
}

TEST_CASE("outside: of what a lost connection brings again, each is taken once, whatever the ids") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(), "declare('outside-again', **{'x-single-active-consumer': True})\n");
  TcpProxy proxy({.target_port = broker.port()});
  const std::string url = "amqp://guest:guest@127.0.0.1:" + std::to_string(proxy.port()) + "/%2f";
  Process process(broker_command(
      url, {"attach", watch_scenario(fixture, "outside-again"), "--out", fixture.run(), "--quiet"}));
  const auto how_it_stands = [&] { return process.err_so_far(); };
  wait_until([&] { return proxy.forwarded_bytes(TcpProxy::kToClient) > 0 && unfinished_run(fixture) != ""; },
             how_it_stands);
  // The connection breaks at the first acknowledgement, after the messages have arrived.
  dse::Connection connection = connect_to(broker.url());
  const dse::ChannelNumber channel = connection.open_channel();
  wait_until(
      [&] { return connection.declare_queue(channel, "outside-again", {.passive = true}).consumers > 0; },
      how_it_stands);
  proxy.cut_after(TcpProxy::kToTarget, 0);
  foreign_client(fixture, broker.url(),
                 "for i in range(30): publish('outside-again', b'body %d' % (i % 10), message_id='job')\n");
  wait_until([&] { return captured_so_far(fixture) >= 30; }, how_it_stands);
  wait_until(
      [&] {
        return broker.ctl({"-q", "list_queues", "name", "messages"}).find("outside-again\t0") !=
               std::string::npos;
      },
      how_it_stands);
  process.send_when(SIGINT, [] { return true; });
  CHECK(process.wait().status == 130);
  CHECK(ids_kept(fixture.run()).size() == 30);
  CHECK(metric_in(fixture.run(), "import-in.duplicates") != "0");
}

TEST_CASE(
    "outside: a message that cannot be decoded, or is too large, is refused, and what lies around it comes") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('outside-dead')\n"
                 "declare('outside-odd', **{'x-dead-letter-exchange': 'outside-dead'})\n"
                 "for i in range(10): publish('outside-odd', b'x', message_id='a%d' % i)\n"
                 "publish('outside-odd', b'bad', message_id='nameless', headers={'': 1})\n"
                 "for i in range(5): publish('outside-odd', b'x', message_id='b%d' % i)\n"
                 "publish('outside-odd', b'bad', message_id='nameless too', headers={'': 1})\n"
                 "publish('outside-odd', b'odd', message_id='long', headers={'h': 'a' * 130000})\n"
                 "now = datetime.datetime.now()\n"
                 "for value in [None, now, decimal.Decimal('1.5'), [1], {'a': 1}]:\n"
                 "    publish('outside-odd', b'odd', message_id='odd', headers={'shadow': value})\n"
                 "for i in range(10): publish('outside-odd', b'x', message_id='c%d' % i)\n");
  const Outcome outcome = attach_until(fixture, broker, watch_scenario(fixture, "outside-odd"), 30);
  CAPTURE(outcome.err);
  CHECK(outcome.status == 130);
  CHECK(ids_kept(fixture.run()).size() == 30);
  CHECK(metric_in(fixture.run(), "import-in.refused") == "3");
  const std::string refused = read_file(fixture.run() + "/refused.csv");
  CHECK(lines_of(refused).size() == 4);
  CHECK_THAT(refused, ContainsSubstring("cannot be decoded"));
  CHECK_THAT(refused, ContainsSubstring("import-in,outside-odd,long,,3,\"its headers have 130017 bytes"));
  CHECK(ready_in(broker, "outside-odd") == 0);
  CHECK(ready_in(broker, "outside-dead") == 3);
}

TEST_CASE("outside: equal messages around one that cannot be decoded are all taken") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('outside-equal')\n"
                 "for i in range(5): publish('outside-equal', b'the same', message_id='job')\n");
  Process process(broker_command(
      broker.url(), {"attach", watch_scenario(fixture, "outside-equal"), "--out", fixture.run(), "--quiet"}));
  const auto how_it_stands = [&] { return process.err_so_far(); };
  const auto is_empty = [&] {
    return broker.ctl({"-q", "list_queues", "name", "messages"}).find("outside-equal\t0") !=
           std::string::npos;
  };
  wait_until(is_empty, how_it_stands);
  foreign_client(fixture, broker.url(),
                 "publish('outside-equal', b'bad', message_id='nameless', headers={'': 1})\n"
                 "for i in range(5): publish('outside-equal', b'the same', message_id='job')\n");
  wait_until([&] { return captured_so_far(fixture) >= 10; }, how_it_stands);
  process.send_when(SIGINT, [] { return true; });
  CHECK(process.wait().status == 130);
  CHECK(ids_kept(fixture.run()).size() == 10);
  CHECK(metric_in(fixture.run(), "import-in.refused") == "1");
}

TEST_CASE("outside: an import that ends the run stops at the first message, and its capture replays") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('outside-stop')\n"
                 "for i in range(20): publish('outside-stop', b'x', message_id='good-%d' % i)\n"
                 "for i in range(100): publish('outside-stop', b'x', headers={'h': 'a' * 70000})\n");
  const std::string scenario = watch_scenario(fixture, "outside-stop", "on_refused = \"end\"\n");
  const Outcome attached =
      run_process(broker_command(broker.url(), {"attach", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(attached.err);
  CHECK(attached.status == 3);
  CHECK(ids_kept(fixture.run()).size() == 20);
  CHECK(lines_of(read_file(fixture.run() + "/refused.csv")).size() == 2);
  CHECK(ready_in(broker, "outside-stop") == 99);
  const std::string again = fixture.file("again");
  const Outcome replayed = run_process(
      dse_command({"replay", scenario, "--capture", fixture.run() + "/capture", "--out", again, "--quiet"}));
  CAPTURE(replayed.err);
  CHECK(fingerprints_of(again) == fingerprints_of(fixture.run()));
}

TEST_CASE("outside: a message that does not say when it was written has no latency, and leaves without one") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('outside-when')\ndeclare('outside-when-2')\n"
                 "publish('outside-when', b'x', message_id='none')\n"
                 "publish('outside-when', b'x', message_id='milliseconds', timestamp=1700000000000000)\n"
                 "publish('outside-when', b'x', message_id='seconds', timestamp=1700000000)\n");
  const std::string scenario = watch_scenario(
      fixture, "outside-when", "[[gateway.export]]\nfrom = \"in\"\nexchange = \"outside-when-2\"\n");
  const Outcome outcome = attach_until(fixture, broker, scenario, 3);
  CAPTURE(outcome.err);
  CHECK(metric_in(fixture.run(), "inbox.latency_p50_ns") == "");
  foreign_client(fixture, broker.url(),
                 "for expected in [None, None, 1700000000]:\n"
                 "    method, properties, body = channel.basic_get('outside-when-2', auto_ack=True)\n"
                 "    assert properties.timestamp == expected, properties\n"
                 "    assert 'x-dse-timestamp-ns' not in properties.headers, properties\n");
}
