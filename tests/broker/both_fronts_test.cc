// A run that listens and has a gateway as well: clients of it and a real RabbitMQ, with the scenario between.
#include <signal.h>

#include <nlohmann/json.hpp>

#include "attached.h"
#include "foreign_client.h"

namespace {

// What clients write to `orders` goes out to the exchange, and what comes from the queue goes to `answers`.
std::string between(const ProgramFixture& fixture, const std::string& exchange, const std::string& queue) {
  return fixture.write("between.toml",
                       "[component.reader]\nkind = \"echo\"\nfrom = \"answers\"\n"
                       "[[gateway.export]]\nfrom = \"orders\"\nexchange = \"" +
                           exchange + "\"\n[[gateway.import]]\nqueue = \"" + queue +
                           "\"\nto = \"answers\"\n");
}

Command listening(const ProgramFixture& fixture, const RabbitMq& broker, const std::string& scenario) {
  const std::string users = fixture.file("users");
  const std::string password = fixture.write("password", "secret\n");
  REQUIRE(run_process(dse_command({"user", "add", "app", "--users", users, "--password-file", password,
                                   "--configure", ".*", "--write", ".*", "--read", ".*"}))
              .status == 0);
  return broker_command(broker.url(), {"attach", scenario, "--listen", "amqp://127.0.0.1:0", "--users", users,
                                       "--out", fixture.run(), "--quiet"});
}

// The URL for the client of a run, once it listens.
std::string url_of(const Process& process) {
  const std::string said = "listening on amqp://";
  wait_until([&] { return process.out_so_far().find('\n') != std::string::npos; },
             [&] { return process.err_so_far(); });
  const std::string out = process.out_so_far();
  const std::size_t begin = out.find(said) + said.size();
  return "amqp://app:secret@" + out.substr(begin, out.find('\n') - begin) + "/%2f";
}

}  // namespace

TEST_CASE("both fronts: a client's messages leave by the gateway, and what comes by it reaches the client") {
  const RabbitMq broker = RabbitMq::shared();
  {
    dse::Connection connection = connect_to(broker.url());
    const dse::ChannelNumber channel = connection.open_channel();
    for (const char* name : {"both-out", "both-in"}) declare_resource(connection, channel, name);
  }
  const ProgramFixture fixture;
  const std::string scenario = between(fixture, "both-out", "both-in");
  Process process(listening(fixture, broker, scenario));
  const std::string url = url_of(process);
  // The first has a name that AMQP's clients cannot all read; it does not end the run.
  foreign_client(fixture, url,
                 "channel.confirm_delivery()\n"
                 "publish('orders', b'odd', headers={'': 1}, message_id='odd')\n"
                 "publish('orders', b'large', headers={'h': 'h' * 125000}, message_id='large')\n"
                 "publish('orders', b'claim', user_id='app', reply_to='answers', message_id='claim')\n"
                 "publish('orders', b'good', key='k', message_id='good', expiration='60000', priority=3)\n"
                 "channel.queue_declare('mine')\nchannel.queue_bind('mine', 'answers', '#')\n");
  foreign_client(fixture, broker.url(),
                 "import time\ngot = []\nend = time.time() + 60\n"
                 "while len(got) < 2 and time.time() < end:\n"
                 "    method, properties, body = channel.basic_get('both-out', auto_ack=True)\n"
                 "    if method: got.append((method.routing_key, properties.message_id, body))\n"
                 "assert got == [('', 'claim', b'claim'), ('k', 'good', b'good')], got\n"
                 "publish('both-in', b'answer', key='a', message_id='answer')\n");
  foreign_client(
      fixture, url,
      "for method, properties, body in channel.consume('mine', inactivity_timeout=60):\n"
      "    assert method and body == b'answer' and properties.message_id == 'answer', (method, body)\n"
      "    channel.basic_ack(method.delivery_tag)\n"
      "    break\n"
      "channel.cancel()\n");
  foreign_client(fixture, url,
                 "try: channel.queue_declare('none', passive=True)\n"
                 "except pika.exceptions.ChannelClosedByBroker: pass\n"
                 "try: pika.BlockingConnection(pika.URLParameters(sys.argv[1].replace('%2f', 'none')))\n"
                 "except pika.exceptions.AMQPConnectionError: pass\n");
  process.send_when(SIGINT, [] { return true; });
  const Outcome outcome = process.wait();
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.err,
             ContainsSubstring("warning: user \"app\" was told 530 NOT_ALLOWED - vhost none not found "
                               "(refused connection 1)\n"));
  CHECK_THAT(outcome.err,
             ContainsSubstring("warning: client 3 (app) was told 404 NOT_FOUND - no queue 'none' in "
                               "vhost '/' (refusal 1)\n"));
  const nlohmann::json summary = nlohmann::json::parse(read_file(fixture.run() + "/summary.json"));
  CHECK(summary.at("status") == "completed");
  CHECK(summary.at("metrics").at("export-orders.exported") == 2);
  CHECK(summary.at("metrics").at("export-orders.refused") == 2);
  CHECK(summary.at("metrics").at("import-answers.imported") == 1);
  CHECK_THAT(read_file(fixture.run() + "/refused.csv"),
             ContainsSubstring("AMQP has names of 1 to") && ContainsSubstring("make them shorter"));
  REQUIRE(run_process(dse_command({"report", fixture.run(), "-o", fixture.file("report.html")})).status == 0);
  CHECK_THAT(read_file(fixture.file("report.html")),
             ContainsSubstring(
                 "3 connected; 4 published, of which 0 unroutable; 1 delivered, 1 settled; 1 refused"));
  const Outcome again = run_process(dse_command({"replay", scenario, "--capture", fixture.run() + "/capture",
                                                 "--out", fixture.file("again"), "--quiet"}));
  CAPTURE(again.err);
  CHECK(fingerprints_of(fixture.file("again")) == fingerprints_of(fixture.run()));
}

TEST_CASE("both fronts: who publishes is held up while the broker does not confirm, and nobody else is") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('both-behind', **{'x-max-length': 1, 'x-overflow': 'reject-publish'})\n"
                 "declare('both-unused')\n");
  Process process(listening(fixture, broker, between(fixture, "both-behind", "both-unused")));
  foreign_client(fixture, url_of(process),
                 "import threading\nblocked = threading.Event()\ndef flood():\n"
                 "    flooding = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))\n"
                 "    flooding.add_on_connection_blocked_callback(lambda *_: blocked.set())\n"
                 "    one = flooding.channel()\n"
                 "    while True:\n"
                 "        one.basic_publish('orders', '', b'x')\n"
                 "        flooding.process_data_events(0)\n"
                 "threading.Thread(target=flood, daemon=True).start()\n"
                 "assert blocked.wait(60)\n"
                 "channel.queue_declare('mine')\n");
  process.send_when(SIGINT, [] { return true; });
  process.send_when(SIGTERM, [] { return true; });
  const Outcome outcome = process.wait();
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 130);
}

// Without the second signal the run would wait for 30 s.
TEST_CASE("both fronts: after Ctrl-C as the only end, another ends the waiting for confirms") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "declare('both-full', **{'x-max-length': 1, 'x-overflow': 'reject-publish'})\n"
                 "declare('both-unused')\n");
  Command command = listening(fixture, broker, between(fixture, "both-full", "both-unused"));
  command.arguments.pop_back();  // not --quiet: it shows how it stands
  Process process(command);
  foreign_client(fixture, url_of(process), "for number in range(3): publish('orders', b'x')\n");
  process.send_when(SIGINT, [&process] { return process.err_so_far().find("nacked") != std::string::npos; });
  process.send_when(SIGTERM, [] { return true; });  // two SIGINTs might be one
  const Outcome outcome = process.wait();
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.status == 130);
  CHECK_THAT(read_file(fixture.run() + "/summary.json"), ContainsSubstring("\"status\": \"interrupted\""));
}
