// What dse definitions exports makes a RabbitMQ ready for the scenario, and what RabbitMQ exports then is the
// scenario again.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "amqp/broker_error.h"
#include "amqp/topology.h"
#include "attached.h"
#include "dse/tables.h"
#include "sim/definitions/scenario_definitions.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"

namespace {

// A virtual host of a test's own, with all permissions for guest.
class VirtualHost {
 public:
  VirtualHost(const RabbitMq& broker, const std::string& name)
      : broker_(broker), name_(fmt::format("dse-{}-{}", name, getpid())) {
    import(fmt::format(R"({{"vhosts":[{{"name":"{0}"}}],"permissions":[{{"user":"guest","vhost":"{0}",)"
                       R"("configure":".*","write":".*","read":".*"}}]}})",
                       name_));
  }
  ~VirtualHost() {
    try {
      broker_.ctl({"delete_vhost", name_});
    } catch (const std::exception& error) {
      WARN("not deleted: " << error.what());
    }
  }

  const std::string& name() const { return name_; }
  void import(const std::string& definitions) const {
    broker_.ctl({"import_definitions", fixture_.write("import.json", definitions)});
  }
  std::string url() const { return replaced(broker_.url(), "/%2f", "/" + name_); }
  std::string bindings() const {
    return broker_.ctl({"list_bindings", "-p", name_, "--no-table-headers", "source_name", "destination_name",
                        "destination_kind", "routing_key", "arguments"});
  }

 private:
  const RabbitMq& broker_;
  std::string name_;
  ProgramFixture fixture_;
};

const std::string kEveryOption = R"(
[exchange.direct]
type = "direct"
alternate = "fanout"
[exchange.fanout]
type = "fanout"
[exchange.topic]
type = "topic"
[exchange.headers]
type = "headers"
[exchange.celery]
type = "direct"

[resource.classic]
message_ttl = "500ms"
expires = "1min"
max_length = 10
max_length_bytes = 1000
overflow = "reject-publish-dlx"
dead_letter = { to = "dead", key = "classic.dead" }
max_priority = 9
single_active_consumer = true
auto_delete = true
alternate = "fanout"
[resource.quorum]
type = "quorum"
delivery_limit = 3
overflow = "reject-publish"
message_ttl = "1s"
dead_letter = { to = "", key = "parked" }
[resource.celery]

[[binding]]
from = "direct"
to = ["classic", "celery"]
key = "k"
[[binding]]
from = "topic"
to = ["direct", "quorum"]
key = "a.*.#"
[[binding]]
from = "fanout"
to = "quorum"
key = ""
[[binding]]
from = "headers"
to = "classic"
key = ""
headers = { text = "pdf", number = 7, ratio = 0.5, flag = true, list = [1, "two", [3]], table = { table = { a = 1 } } }
[[binding]]
from = "headers"
to = "quorum"
key = ""
[[binding]]
from = "topic"
to = "classic"
key = "b.#"
headers = { text = "pdf", number = 7 }
match = "any"
[[binding]]
from = "plain"
to = "classic"
headers = { flag = true }
)";

// An echo for every queue of it.
std::string with_readers(std::string text) {
  for (const std::string queue : {"classic", "quorum", "celery", "parked", "dead", "plain"})
    text += fmt::format("[component.read-{}]\nkind = \"echo\"\nfrom = \"{}\"\n", queue, queue);
  return text;
}

dse::Scenario read(const std::string& path) { return dse::read_scenario(path, dse::built_in_tables(), {}); }

// Declares whatever the scenario has on the broker as the product does. Throws ChannelClosed for what is
// there with other options (406).
void declare_all(const dse::Scenario& scenario, const std::string& url) {
  dse::Connection connection = connect_to(url);
  const dse::ChannelNumber channel = connection.open_channel();
  for (const std::string& name : dse::resource_names(scenario)) {
    const auto exchange = scenario.exchanges.find(name);
    const auto resource = scenario.resources.find(name);
    const bool is_declared = exchange != scenario.exchanges.end();
    assert_exchange(connection, channel, name,
                    is_declared ? exchange->second
                                : dse::ExchangeOptions{.alternate = dse::alternate_of(scenario, name)});
    if (is_declared && resource == scenario.resources.end()) continue;
    assert_queue_alone(connection, channel, name,
                       resource == scenario.resources.end() ? dse::QueueOptions() : resource->second.queue);
    if (!is_declared) connection.bind_queue(channel, {.source = name, .destination = name, .key = "#"});
  }
  for (const dse::BindingSpec& binding : scenario.bindings) {
    const auto from = scenario.exchanges.find(binding.from);
    bind_on_broker(connection, channel, binding,
                   from == scenario.exchanges.end() ? dse::ExchangeType::kTopic : from->second.type);
  }
}

std::vector<std::string> sorted_bindings(const dse::Scenario& scenario) {
  std::vector<std::string> lines;
  for (const dse::BindingSpec& binding : scenario.bindings)
    lines.push_back(fmt::format("{} {}", binding.target == dse::BindingTarget::kQueue ? "queue" : "exchange",
                                dse::binding_text(binding)));
  std::sort(lines.begin(), lines.end());
  return lines;
}

// With backslashes as JSON has them.
std::string json_text(const std::string& pattern) {
  std::string text;
  for (const char c : pattern) text += c == '\\' ? std::string("\\\\") : std::string(1, c);
  return text;
}

std::string lines_sorted(const std::string& text) {
  std::vector<std::string> lines = lines_of(text);
  std::sort(lines.begin(), lines.end());
  std::string result;
  for (const std::string& line : lines) result += line + '\n';
  return result;
}

}  // namespace

TEST_CASE("definitions: RabbitMQ imports them, has the scenario's topology then, and gives it back") {
  const RabbitMq broker = RabbitMq::shared();
  const VirtualHost host(broker, "definitions");
  const ProgramFixture fixture;
  const std::string path = fixture.write("s.toml", with_readers(kEveryOption));
  const Outcome exported = run_process(dse_command({"definitions", "export", path, "--vhost", host.name()}));
  REQUIRE(exported.status == 0);
  CHECK(exported.err.empty());
  host.import(exported.out);

  const dse::Scenario scenario = read(path);
  const std::string before = lines_sorted(host.bindings());
  REQUIRE_NOTHROW(declare_all(scenario, host.url()));
  CHECK(lines_sorted(host.bindings()) == before);

  const std::string file = fixture.file("exported.json");
  broker.export_definitions(file);
  const std::string again = fixture.file("again.toml");
  const Outcome imported =
      run_process(dse_command({"definitions", "import", file, "--vhost", host.name(), "-o", again}));
  INFO(imported.err);
  REQUIRE(imported.status == 0);
  const dse::Scenario back = read(again);
  INFO(read_file(again));
  CHECK(back.exchanges == scenario.exchanges);
  CHECK(sorted_bindings(back) == sorted_bindings(scenario));
  CHECK(dse::resource_names(back) == dse::resource_names(scenario));
  REQUIRE(back.resources.size() == scenario.resources.size());
  for (const auto& [name, resource] : scenario.resources) {
    INFO(name);
    CHECK(back.resources.at(name).queue == resource.queue);
    CHECK(back.resources.at(name).alternate == resource.alternate);
  }
}

TEST_CASE("definitions: of policies counts what RabbitMQ says counts") {
  const RabbitMq broker = RabbitMq::shared();
  const VirtualHost host(broker, "policies");
  const ProgramFixture fixture;
  const std::map<std::string, std::string> patterns = {{"one", "^a\\."},    {"two", "^(?!a\\.).*x\\d$"},
                                                       {"three", "(?i)^b"}, {"four", "mail$"},
                                                       {"five", "^[^.]+$"}, {"six", "^(a|b)\\.o{1,2}"}};
  dse::Definitions definitions;
  for (const std::string name : {"a.orders", "a.mail", "amq-like", "b.x1", "B.x"})
    definitions.queues.push_back({.name = name, .vhost = host.name()});
  std::string policies;
  std::map<std::int64_t, std::string> by_length;
  for (const auto& [name, pattern] : patterns) {
    const auto priority = static_cast<std::int64_t>(by_length.size());
    by_length[10 + priority] = name;
    policies += fmt::format(R"({}{{"vhost":"{}","name":"{}","pattern":"{}","apply-to":"queues",)"
                            R"("priority":{},"definition":{{"max-length":{}}}}})",
                            policies.empty() ? "" : ",", host.name(), name, json_text(pattern), priority,
                            10 + priority);
  }
  host.import(replaced(definitions_text(definitions), "{\n", "{\"policies\": [" + policies + "],\n"));
  const std::string file = fixture.file("exported.json");
  broker.export_definitions(file);
  const std::string scenario = fixture.file("s.toml");
  REQUIRE(run_process(dse_command({"definitions", "import", file, "--vhost", host.name(), "-o", scenario}))
              .status == 0);
  std::string ours;
  for (const auto& [name, resource] : read(scenario).resources)
    ours += fmt::format("{}\t{}\n", name, by_length[resource.queue.max_length.value_or(0)]);
  CHECK(lines_sorted(broker.ctl({"list_queues", "-p", host.name(), "--no-table-headers", "name",
                                 "policy"})) == lines_sorted(ours));
}
