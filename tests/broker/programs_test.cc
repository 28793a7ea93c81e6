// Programs in other languages as nodes on RabbitMQ: the same file as in a simulation, and what happens when
// the program or its node is killed.
#include <fmt/format.h>
#include <signal.h>

#include <filesystem>

#include "attached.h"
#include "foreign_client.h"

namespace {

// Reads calls and says what `replies` returns for each; it has `json`, `os` and the call as a dictionary.
std::string speaking(const std::string& replies) {
  return "import json, os, sys\n" + replies +
         "\nfor line in sys.stdin:\n"
         "    print(json.dumps(reply_to(json.loads(line))), flush=True)\n";
}

// Answers each message with its number so far, in key and header.
const std::string kCounting = speaking(
    "count = 0\n"
    "def reply_to(call):\n"
    "    global count\n"
    "    if call['call'] == 'start':\n"
    "        return {'steps': [['stream']]}\n"
    "    if call['call'] == 'deliver':\n"
    "        count += 1\n"
    "        message = call['message']\n"
    "        return {'steps': [['metric', 'sum', count * message['headers']['label']],\n"
    "                          ['write', 'programs.answers', {'key': 'n.%d' % count,\n"
    "                           'headers': {'half': count / 2, 'of': message['id']},\n"
    "                           'payload': message['payload'], 'correlation_id': message['id']}]]}\n"
    "    return {}");

std::string counting_scenario(const ProgramFixture& fixture) {
  fixture.write("counting.py", kCounting);
  return fixture.write("counting.toml",
                       "[component.generator]\nkind = \"training-generator\"\nimages = \"" + kSample +
                           "train-images-idx3-ubyte.gz\"\nlabels = \"" + kSample +
                           "train-labels-idx1-ubyte.gz\"\nto = \"programs.digits\"\nrate = \"500/s\"\n"
                           "limit = 200\n[component.counter]\nkind = \"program\"\n"
                           "command = [\"python3\", \"counting.py\"]\nfrom = \"programs.digits\"\n"
                           "to = [\"programs.answers\"]\nmetrics = [\"sum\"]\n"
                           "[component.answers]\nkind = \"watch\"\nfrom = \"programs.answers\"\n");
}

// The rows of a watch without their times.
std::vector<std::string> rows_without_times(const std::string& file) {
  std::vector<std::string> rows;
  for (const std::string& line : lines_of(read_file(file))) rows.push_back(line.substr(line.find(',') + 1));
  return rows;
}

// What the metric is in a summary.
std::string metric_in(const std::string& run, const std::string& name) {
  const std::string summary = read_file(run + "/summary.json");
  const std::size_t at = summary.find("\"" + name + "\": ");
  return at == std::string::npos ? "none" : summary.substr(at, summary.find('\n', at) - at);
}

// Writes its process's number to the file `pid`, answers every message, and at the 20th ends itself by
// SIGKILL unless the file `killed` is there.
const std::string kMortal = speaking(
    "count = 0\n"
    "open('pid', 'w').write(str(os.getpid()))\n"
    "def reply_to(call):\n"
    "    global count\n"
    "    if call['call'] == 'start':\n"
    "        return {'steps': [['stream']]}\n"
    "    if call['call'] == 'deliver':\n"
    "        count += 1\n"
    "        if count == 20 and not os.path.exists('killed'):\n"
    "            open('killed', 'w').close()\n"
    "            os.kill(os.getpid(), 9)\n"
    "        message = call['message']\n"
    "        return {'steps': [['write', 'mortal.out', {'correlation_id': message['id'],\n"
    "                                                   'payload': message.get('payload', '')}]]}\n"
    "    return {}");

std::string mortal_scenario(const ProgramFixture& fixture) {
  fixture.write("mortal.py", kMortal);
  return fixture.write("mortal.toml",
                       "[component.mortal]\nkind = \"program\"\ncommand = [\"python3\", \"mortal.py\"]\n"
                       "from = \"mortal.in\"\nto = [\"mortal.out\"]\n");
}

// The resources of that scenario, with `messages` messages waiting, each with its number as id.
class MortalResources {
 public:
  explicit MortalResources(int messages)
      : connection_(connect_to(RabbitMq::shared().url())), channel_(connection_.open_channel()) {
    for (const std::string name : {"mortal.in", "mortal.out"}) declare_resource(connection_, channel_, name);
    for (int number = 0; number < messages; ++number)
      connection_.publish(channel_, {.exchange = "mortal.in", .message = {.id = std::to_string(number)}});
    wait_until([&] { return waiting("mortal.in") == static_cast<std::uint32_t>(messages); });
  }
  std::uint32_t waiting(const std::string& queue) {
    return connection_.declare_queue(channel_, queue, {.passive = true}).messages;
  }

 private:
  dse::Connection connection_;
  dse::ChannelNumber channel_;
};

// Writes four messages to a queue with two places and one that no queue takes, asks of each, and waits until
// it knows what became of them all.
const std::string kAsking = speaking(
    "told = []\n"
    "def write(key, **options):\n"
    "    return ['write', 'programs.full', {'key': key}, {'confirm': True, **options}]\n"
    "def reply_to(call):\n"
    "    name = call['call']\n"
    "    if name == 'start':\n"
    "        return {'steps': [write('a.1'), write('a.2'), write('a.3'), write('b.4', mandatory=True),\n"
    "                          write('a.5', mandatory=True), ['after', 20000000]]}\n"
    "    if name in ('returned', 'confirmed'):\n"
    "        told.append(call['message']['key'] + ':' + str(call.get('accepted', 'returned')))\n"
    "        return {'steps': [['metric', 'told', len(told)]]}\n"
    "    if name == 'resume' and len(told) < 6:\n"
    "        return {'steps': [['after', 20000000]]}\n"
    "    if name == 'finish':\n"
    "        open('told', 'w').write('\\n'.join(told))\n"
    "    return {}");

// A message with a header of each type and all properties. The one program writes it, the other writes down
// what it gets of it.
const std::string kWholeMessage =
    "WHOLE = {'key': 'a.b', 'payload': '/w==', 'content_type': 'x/y', 'correlation_id': 'c',\n"
    "         'content_encoding': 'gzip', 'priority': 3, 'reply_to': 'back', 'expiration': '600000',\n"
    "         'type': 'task', 'user_id': 'ada', 'delivery_mode': 1,\n"
    "         'headers': {'bool': True, 'int8': {'int8': -5}, 'uint8': {'uint8': 200},\n"
    "                     'int16': {'int16': -5}, 'uint16': {'uint16': 60000}, 'int32': {'int32': -5},\n"
    "                     'uint32': {'uint32': 4000000000}, 'int64': -5, 'float': {'float': 0.5},\n"
    "                     'double': 0.1, 'decimal': {'decimal': '12.34'}, 'text': '\u00e9',\n"
    "                     'bytes': {'bytes': '/w=='}, 'list': [1, [{'void': None}]],\n"
    "                     'time': {'timestamp': 1700000000}, 'table': {'table': {'a': 1, 'b': 'c'}},\n"
    "                     'void': {'void': None}}}\n";
const std::string kWritingWhole =
    speaking(kWholeMessage +
             "def reply_to(call):\n"
             "    return {'steps': [['write', 'programs.whole', WHOLE]]} if call['call'] == 'start' else {}");
const std::string kReadingWhole =
    speaking(kWholeMessage +
             "def reply_to(call):\n"
             "    if call['call'] == 'start':\n"
             "        return {'steps': [['stream']]}\n"
             "    if call['call'] == 'deliver':\n"
             "        got = {name: call['message'].get(name) for name in WHOLE}\n"
             "        open('got', 'a').write('the same' if got == WHOLE else json.dumps(got))\n"
             "    return {}");

bool runs(const std::string& pid) { return std::filesystem::exists("/proc/" + pid + "/stat"); }

}  // namespace

TEST_CASE("programs: the same file does the same in a simulation and on RabbitMQ") {
  const ProgramFixture fixture;
  const std::string scenario = counting_scenario(fixture);
  const std::string simulated = fixture.file("simulated");
  const Outcome replay = run_process(dse_command({"replay", scenario, "--out", simulated, "--quiet"}));
  CAPTURE(replay.err);
  REQUIRE(replay.status == 0);
  const Outcome nodes = run_process(
      broker_command(RabbitMq::shared().url(), {"nodes", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(nodes.err);
  REQUIRE(nodes.status == 0);
  for (const std::string metric : {"counter.sum", "counter.received", "counter.sent", "answers.received"})
    CHECK(metric_in(fixture.run(), metric) == metric_in(simulated, metric));
  const std::vector<std::string> rows = rows_without_times(simulated + "/answers.csv");
  CHECK(rows.size() == 201);
  CHECK(rows_without_times(fixture.run() + "/answers/answers.csv") == rows);
}

TEST_CASE("programs: headers of every type and all properties go through nodes as through a simulation") {
  const ProgramFixture fixture;
  fixture.write("writing.py", kWritingWhole);
  fixture.write("reading.py", kReadingWhole);
  const std::string scenario =
      fixture.write("whole.toml",
                    "[component.writer]\nkind = \"program\"\ncommand = [\"python3\", \"writing.py\"]\n"
                    "to = [\"programs.whole\"]\n[component.reader]\nkind = \"program\"\n"
                    "command = [\"python3\", \"reading.py\"]\nfrom = \"programs.whole\"\n");
  const Outcome replay = run_process(dse_command({"replay", scenario, "--out", fixture.run(), "--quiet"}));
  CAPTURE(replay.err);
  CHECK(replay.status == 0);
  CHECK(read_file(fixture.file("got")) == "the same");
  std::filesystem::remove(fixture.file("got"));
  const Outcome nodes = run_process(broker_command(
      RabbitMq::shared().url(), {"nodes", scenario, "--out", fixture.file("nodes"), "--quiet"}));
  CAPTURE(nodes.err);
  CHECK(nodes.status == 0);
  CHECK(read_file(fixture.file("got")) == "the same");
}

TEST_CASE("programs: one that asks is told by its node what a full queue has refused, once") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  foreign_client(fixture, broker.url(),
                 "channel.exchange_declare('programs.full', 'topic', durable=True)\n"
                 "channel.queue_declare('programs.full', durable=True,\n"
                 "                      arguments={'x-max-length': 2, 'x-overflow': 'reject-publish'})\n"
                 "channel.queue_bind('programs.full', 'programs.full', 'a.#')\n"
                 "channel.queue_purge('programs.full')\n");
  fixture.write("asking.py", kAsking);
  const std::string scenario =
      fixture.write("asking.toml",
                    "[component.asking]\nkind = \"program\"\ncommand = [\"python3\", \"asking.py\"]\n"
                    "to = [\"programs.full\"]\nmetrics = [\"told\"]\n");
  const Outcome outcome = run_process(
      broker_command(broker.url(), {"node", scenario, "asking", "--out", fixture.run(), "--quiet"}));
  CAPTURE(outcome.err);
  CHECK(outcome.status == 0);
  // A broker may confirm and refuse out of order, but it returns a message before it confirms it.
  const std::string told = read_file(fixture.file("told"));
  CAPTURE(told);
  CHECK(told.find("b.4:returned") < told.find("b.4:True"));
  std::vector<std::string> sorted = lines_of(told);
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == std::vector<std::string>{"a.1:True", "a.2:True", "a.3:False", "a.5:False", "b.4:True",
                                           "b.4:returned"});
  foreign_client(fixture, broker.url(),
                 "left = channel.queue_declare('programs.full', passive=True).method.message_count\n"
                 "assert left == 2, left\nchannel.queue_delete('programs.full')\n"
                 "channel.exchange_delete('programs.full')\n");
}

TEST_CASE("programs: when one is killed its node ends and says so, and the next goes on; nothing is lost") {
  constexpr int kMessages = 60;
  MortalResources resources(kMessages);
  const ProgramFixture fixture;
  const std::string scenario = mortal_scenario(fixture);
  const RabbitMq broker = RabbitMq::shared();
  const Outcome first = run_process(
      broker_command(broker.url(), {"node", scenario, "mortal", "--out", fixture.file("first"), "--quiet"}));
  CAPTURE(first.err);
  CHECK(first.status == 3);
  CHECK_THAT(first.err, ContainsSubstring("component 'mortal': its program failed in the call `deliver`") &&
                            ContainsSubstring("was ended by signal 9"));
  wait_until([&] { return resources.waiting("mortal.in") >= kMessages - 19; },
             [&] { return std::to_string(resources.waiting("mortal.in")) + " wait"; });

  Process second(
      broker_command(broker.url(), {"node", scenario, "mortal", "--out", fixture.run(), "--quiet"}));
  wait_until(
      [&] { return resources.waiting("mortal.in") == 0 && resources.waiting("mortal.out") >= kMessages; },
      [&] { return second.err_so_far(); });
  second.send_when(SIGINT, [] { return true; });
  const Outcome outcome = second.wait();
  CAPTURE(outcome.err);
  CHECK(outcome.status == 130);
  foreign_client(fixture, broker.url(),
                 "answered = set()\n"
                 "while (got := channel.basic_get('mortal.out', auto_ack=True))[0]:\n"
                 "    answered.add(got[1].correlation_id)\n"
                 "open('" +
                     fixture.file("answered") + "', 'w').write(' '.join(sorted(answered, key=int)))\n");
  std::string all = "0";
  for (int number = 1; number < kMessages; ++number) all += fmt::format(" {}", number);
  CHECK(read_file(fixture.file("answered")) == all);
}

TEST_CASE("programs: when a node is killed its program ends") {
  MortalResources resources(10);
  const ProgramFixture fixture;
  fixture.write("killed", "");
  Process node(broker_command(RabbitMq::shared().url(), {"node", mortal_scenario(fixture), "mortal", "--out",
                                                         fixture.run(), "--quiet"}));
  wait_until([&] { return resources.waiting("mortal.out") == 10; }, [&] { return node.err_so_far(); });
  const std::string pid = read_file(fixture.file("pid"));
  REQUIRE(runs(pid));
  node.send_when(SIGKILL, [] { return true; });
  CHECK(node.wait().signal == SIGKILL);
  wait_until([&] { return !runs(pid); }, [&] { return read_file("/proc/" + pid + "/status"); });
}
