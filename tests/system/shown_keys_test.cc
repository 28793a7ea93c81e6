// Each key of a policy, a fault, a drift and the life cycle has a scenario that shows it: one of its
// expectations fails when the key is not there.
#include <algorithm>
#include <optional>
#include <regex>
#include <set>
#include <utility>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kFormatPage = DSE_SOURCE_DIR "/docs/scenario-format.md";

struct ShownKey {
  std::string key;  // "resource.expires"
  std::string scenario;
  std::string written;  // how the key is written there
  std::string instead;  // what stands there without the key, or with another value
  std::string failure;  // part of the line that then says what is not met, or what the scenario lacks
};

const std::vector<ShownKey>& shown_keys() {
  static const std::vector<ShownKey> keys = {
      {"bus.latency", "latency", "latency = { uniform = [\"1ms\", \"3ms\"] }\n", "",
       "FAILED the bus is near"},
      {"bus.heartbeat", "negative/partition", "heartbeat = \"5ms\"\n", "",
       "FAILED no message is handled twice"},

      {"resource.prefetch", "prefetch", "prefetch = 1\n", "", "FAILED one.max_depth"},
      {"resource.type", "quorum", "type = \"quorum\"\n", "", "FAILED one more than the limit"},
      {"resource.message_ttl", "delay-queue", "message_ttl = \"500ms\"\n", "",
       "FAILED all are there when the last one's time is over"},
      {"resource.message_ttl", "message-ttl", "message_ttl = \"50ms\"\n", "", "FAILED work.expired"},
      {"resource.expires", "queue-expiry", "expires = \"100ms\"\n", "",
       "FAILED what was written meanwhile is not kept"},
      {"resource.max_length", "message-ttl", "max_length = 20\n", "", "FAILED work.dropped"},
      {"resource.max_length_bytes", "max-length-bytes", "max_length_bytes = 8000\n", "",
       "FAILED ten images fit"},
      {"resource.overflow", "burst", "overflow = \"reject-publish\"\n", "", "FAILED small.nacked"},
      {"resource.overflow", "reject-publish-dlx", "overflow = \"reject-publish-dlx\"\n", "",
       "FAILED the publisher hears of it"},
      {"resource.overflow", "reject-publish-dlx", "reject-publish-dlx", "reject-publish",
       "FAILED spill.received"},
      {"resource.dead_letter", "message-ttl", "dead_letter = { to = \"graveyard\", key = \"work.dead\" }\n",
       "", "FAILED undertaker.received"},
      {"resource.dead_letter", "dead-letter-key", ", key = \"orders.dead\"", "",
       "FAILED orders by themselves"},
      {"resource.delivery_limit", "delivery-limit", "delivery_limit = 2\n", "", "FAILED it is given up"},
      {"resource.max_priority", "programs/priorities", "max_priority = 9\n", "",
       "FAILED urgent orders wait for one other"},
      {"resource.single_active_consumer", "hot-standby", "single_active_consumer = true\n", "",
       "FAILED active.received"},
      {"resource.auto_delete", "auto-delete", "auto_delete = true\n", "",
       "FAILED only what is written while somebody looks"},
      {"resource.exclusive", "exclusive", "exclusive = true\n", "",
       "FAILED the queue is a new one after the crash"},
      {"resource.alternate", "alternate", "alternate = \"rest\"\n", "", "FAILED all the others"},
      {"resource.clients", "for-clients", "clients = true\n", "", "expect.1.resource: 'digits' has no queue"},

      {"exchange.type", "exchange-types", "type = \"direct\"", "type = \"fanout\"",
       "FAILED others exactly-once"},
      {"exchange.type", "exchange-types", "type = \"fanout\"", "type = \"direct\"",
       "binding.2.key: is missing: the direct exchange 'copies' takes only"},
      {"exchange.type", "exchange-types", "type = \"headers\"", "type = \"direct\"",
       "binding.3.key: is missing: the direct exchange 'by-label' takes only"},
      {"exchange.type", "dead-letter-key", "type = \"topic\"", "type = \"direct\"",
       "FAILED orders by themselves"},
      {"exchange.alternate", "exchange-types", "alternate = \"others\"\n", "", "FAILED others exactly-once"},

      {"component.start", "start", "start = \"350ms\"\n", "", "FAILED the late one has missed half"},
      {"component.stop", "stop", "stop = \"300ms\"\n", "", "FAILED it leaves"},
      {"component.count", "replicas", "count = 4\n", "",
       "expect.1.metric: unknown metric 'worker-4.received'"},
      {"component.restart", "restart", "restart = { after = \"100ms\", times = 2 }\n", "",
       "expect.0.metric: unknown metric 'worker.restarts'"},
      {"component.restart", "restart-times", ", times = 2", "", "FAILED two more chances"},
      {"component.checkpoint", "checkpoint", "checkpoint = \"250ms\"\n", "", "FAILED remembers.forgotten"},
      {"component.latency", "latency", "latency = { exponential = \"20ms\" }\n", "",
       "FAILED the far one is far"},
      {"component.on_refused", "refused-ends", "on_refused = \"end\"\n", "",
       "FAILED the run completed, expected refused"},

      {"component.user", "users", "user = \"trainer\"\n", "", "FAILED the run completed, expected refused"},
      {"user.configure", "users", "configure = \"^digits$\"\nwrite = \"^digits$\"\n\n",
       "write = \"^digits$\"\n\n", "FAILED all before it has arrived"},
      {"user.write", "users", "configure = \"^digits$\"\nwrite = \"^digits$\"\n\n",
       "configure = \"^digits$\"\n\n", "FAILED all before it has arrived"},
      {"user.read", "users", "read = \"^digits$\"\n", "", "FAILED all before it has arrived"},
      {"user.topics", "users", "[user.trainer.topics.digits]\nwrite = \"^[0-79]$\"\n", "",
       "FAILED the run completed, expected refused"},

      {"fault.name", "fault-times", "name = \"storm\"\n", "",
       "expect.1.fault: no fault has the name 'storm'"},
      {"fault.on", "fault-times", "on = false\n", "", "FAILED no more is lost"},
      {"fault.probability", "fault-times", "probability = [1, 20]\n", "", "FAILED fault hiccup"},
      {"fault.every", "fault-times", "every = 4\n", "", "FAILED fault storm"},
      {"fault.limit", "fault-times", "limit = 2\n", "", "FAILED fault cold start"},
      {"fault.from", "fault-times", "from = \"100ms\"\n", "", "FAILED fault storm"},
      {"fault.until", "fault-times", "until = \"200ms\"\n", "", "FAILED fault storm"},
      {"fault.at", "negative/crash", "at = \"101ms\"\n", "", "fault.0.at: is missing"},
      {"fault.classes", "refused", "classes = 11\n", "", "FAILED the tens are refused"},
      {"fault.bits", "negative/corrupt", "bits = 2000\n", "", "FAILED the model learns the digits"},
      {"fault.by", "negative/delay", "by = { exponential = \"5ms\" }\n", "by = \"1ns\"\n",
       "FAILED every message is there within 150 us"},
      {"fault.window", "negative/reorder", "window = 8\n", "", "fault.0.window: is missing"},
      {"fault.within", "negative/reorder-within", "within = \"10ms\"\n", "within = \"1us\"\n",
       "FAILED echo sees the order of writing"},
      {"fault.factor", "negative/slow", "factor = 10\n", "factor = 1\n",
       "FAILED no message stays for more than 2 ms"},
      {"fault.factor", "what-if-faster", "factor = [1, 2]\n", "factor = 1\n", "FAILED it catches up"},
      {"fault.for", "partition-short", "for = \"9ms\"\n", "for = \"10ms\"\n", "FAILED no work is done twice"},

      {"drift.on", "drift-transitions", "on = false\n", "", "FAILED nothing happens"},
      {"drift.at", "drift", "at = \"500ms\"\n", "at = \"0s\"\n", "FAILED the turned ones are strange to it"},
      {"drift.transition", "drift-transitions", "transition = \"gradual\"\n", "",
       "drift.1.width: is of a change that takes time"},
      {"drift.transition", "drift-transitions", "transition = \"recurring\"\n", "",
       "drift.2.period: is of concepts that take turns"},
      {"drift.width", "drift-transitions", "width = \"1s\"\n", "width = \"1ms\"\n",
       "FAILED gradually, some is wrong before"},
      {"drift.period", "drift-transitions", "period = \"500ms\"\n", "period = \"5s\"\n",
       "FAILED the old concept is back"},
      {"drift.degrees", "drift", "degrees = 60\n", "degrees = 0\n",
       "FAILED the turned ones are strange to it"},
      {"drift.by", "drift-kinds", "by = [3, -3]", "by = [0, 0]", "FAILED moved digits are others"},
      {"drift.by", "drift-transitions", "by = -5\n", "by = 0\n", "FAILED at once, all is wrong"},
      {"drift.deviation", "drift-kinds", "deviation = 100\n", "deviation = 0\n", "FAILED noise hides some"},
      {"drift.factor", "drift-kinds", "factor = 0.05\n", "factor = 1\n", "FAILED pale ones look alike"},
      {"drift.classes", "drift-kinds", "classes = [3, 8]\n", "classes = [3, 1]\n",
       "FAILED renamed ones are wrong"},
      {"drift.weights", "drift-kinds", "weights = [1, 1, 1, 0, 1, 1, 1, 1, 0, 0.5]",
       "weights = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]", "FAILED rare ones are left out"},
      {"drift.features", "drift-transitions", "features = [\"f3\"]\n", "", "FAILED nothing happens"},
  };
  return keys;
}

std::string text_of(const std::string& scenario) { return read_file(kScenarios + scenario + ".toml"); }

// The scenario as it can be read elsewhere: its data and programs are named by full path.
std::string moved(std::string text) {
  static const std::regex data(R"("(\.\./)+data/sample/)");
  static const std::regex program("(^|\n)command = ");
  text = std::regex_replace(text, data, "\"" + kSample);
  return std::regex_replace(text, program, "$1folder = \"" + kScenarios + "programs\"\ncommand = ");
}

// The words in backticks of a table's cell: "window" and "within" of "`window` or `within`", and "bits" of
// "`bits = 1`".
std::vector<std::string> names_in_cell(const std::string& cell) {
  static const std::regex name("`([a-z_]+)[^`]*`");
  std::vector<std::string> names;
  for (std::sregex_iterator found(cell.begin(), cell.end(), name), end; found != end; ++found)
    names.push_back((*found)[1]);
  return names;
}

// The cells of a table's row, which begins with "| ".
std::vector<std::string> cells_of(const std::string& row) {
  static const std::regex bar(" *\\| *");
  return {std::sregex_token_iterator(row.begin() + 2, row.end(), bar, -1), std::sregex_token_iterator()};
}

// The lines of a chapter of the page, without its heading.
std::vector<std::string> chapter_of(const std::string& page, const std::string& heading) {
  const std::size_t begin = page.find("\n" + heading + "\n");
  REQUIRE(begin != std::string::npos);
  const std::size_t end = page.find("\n## ", begin + 1);
  return lines_of(page.substr(begin + heading.size() + 2, end - begin - heading.size() - 2));
}

// The keys that the tables of a chapter describe, in a column headed "key" or "keys of its own".
std::set<std::string> keys_described_in(const std::vector<std::string>& chapter) {
  std::set<std::string> keys;
  std::optional<std::size_t> column;
  for (const std::string& line : chapter) {
    if (!line.starts_with("| ")) {
      column.reset();
      continue;
    }
    const std::vector<std::string> cells = cells_of(line);
    const auto head = std::find_if(cells.begin(), cells.end(), [](const std::string& cell) {
      return cell == "key" || cell == "keys of its own";
    });
    if (head != cells.end()) {
      column = static_cast<std::size_t>(head - cells.begin());
    } else if (column && *column < cells.size()) {
      for (const std::string& name : names_in_cell(cells[*column])) keys.insert(name);
    }
  }
  return keys;
}

}  // namespace

TEST_CASE("keys: without the key an expectation of its scenario fails") {
  for (const ShownKey& shown : shown_keys()) {
    INFO(shown.key << " in " << shown.scenario);
    const ProgramFixture fixture;
    const std::string without = replaced(text_of(shown.scenario), shown.written, shown.instead);
    const Outcome outcome = fixture.replay(fixture.write("s.toml", moved(without)));
    INFO(outcome.out + outcome.err);
    CHECK((outcome.status == 1 || outcome.status == 2));
    CHECK_THAT(outcome.out + outcome.err, ContainsSubstring(shown.failure));
  }
}

// A scenario that fails in another folder would prove nothing above.
TEST_CASE("keys: with the key its scenario passes wherever it is") {
  std::set<std::string> scenarios;
  for (const ShownKey& shown : shown_keys()) scenarios.insert(shown.scenario);
  for (const std::string& scenario : scenarios) {
    INFO(scenario);
    const ProgramFixture fixture;
    const Outcome outcome = fixture.replay(fixture.write("s.toml", moved(text_of(scenario))));
    INFO(outcome.out + outcome.err);
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("keys: each key that the page of the format describes has its scenario") {
  const std::string page = read_file(kFormatPage);
  std::set<std::string> described;
  for (const auto& [heading, table] : {std::pair("## `[bus]`", "bus."),
                                       {"## `[resource.NAME]`", "resource."},
                                       {"## `[exchange.NAME]`", "exchange."},
                                       {"## `[component.NAME]`", "component."},
                                       {"## `[user.NAME]`", "user."},
                                       {"## `[[fault]]`", "fault."},
                                       {"## `[[drift]]`", "drift."}}) {
    for (const std::string& key : keys_described_in(chapter_of(page, heading))) described.insert(table + key);
  }
  // Each kind of component, of fault and of drift has scenarios of its own, and each fault and drift names
  // its component. Nothing depends on the name of a drift but reports and draws.
  for (const char* key :
       {"component.kind", "fault.kind", "fault.component", "drift.kind", "drift.component", "drift.name"})
    CHECK(described.erase(key) == 1);
  std::set<std::string> shown;
  for (const ShownKey& one : shown_keys()) shown.insert(one.key);
  CHECK(shown == described);
}

TEST_CASE("keys: the page of the format names the scenario of each key") {
  const std::string page = read_file(kFormatPage);
  for (const ShownKey& shown : shown_keys()) {
    INFO(shown.key);
    const std::regex row("\n\\| `" + shown.key + "` \\|[^\n]*\\(\\.\\./scenarios/" + shown.scenario +
                         "\\.toml\\)");
    CHECK(std::regex_search(page, row));
  }
}
