#include "sim/scenario/gateway_reader.h"

#include <toml++/toml.h>

#include <algorithm>

#include "sim/scenario/scenario_parts.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/scenario_text.h"
#include "sim/scenario/topology.h"
#include "sim/scenario/topology_warnings.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

Scenario read(const std::string& text) { return parse_scenario(text, "a.toml", built_in_tables()); }
std::string told(const std::string& text) {
  return input_error([&] { parse_scenario(text, "a.toml", built_in_tables()); });
}

const std::string kWatch = "[component.w]\nkind = \"watch\"\nfrom = \"a\"\n";
const std::string kExport = "[[gateway.export]]\nfrom = \"a\"\nexchange = \"out\"\n";
const std::string kImport = "[[gateway.import]]\nqueue = \"in\"\nto = \"a\"\n";

std::vector<std::string> component_names(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ComponentConfig& component : scenario.components) names.push_back(component.name);
  return names;
}

}  // namespace

TEST_CASE("exports and imports become components, with a queue for each export") {
  const Scenario scenario = read(kWatch + R"(
[[gateway.import]]
exchange = "their exchange"
key = "x.#"
to = "a"
prefetch = 0
name = "door"
[[gateway.import]]
queue = "in"
to = "b.c"
[[gateway.export]]
from = "a"
exchange = "out"
key = "*.7"
)");
  CHECK(component_names(scenario) == std::vector<std::string>{"w", "export-a", "door", "import-b-c"});
  const ComponentConfig& out = scenario.components[1];
  CHECK(out.component->ports().to_outside->exchange == "out");
  CHECK(out.kind == "gateway-export");
  CHECK(resource_read(out) == "export-a");
  CHECK(scenario.bindings == std::vector<BindingSpec>{{.from = "a", .to = "export-a", .key = "*.7"}});
  const OutsidePort door = *scenario.components[2].component->ports().from_outside;
  CHECK(door.exchange == "their exchange");
  CHECK(door.queue.empty());
  CHECK(door.key == "x.#");
  CHECK(door.prefetch == 0);
  const OutsidePort in = *scenario.components[3].component->ports().from_outside;
  CHECK(in.queue == "in");
  CHECK(in.exchange.empty());
  CHECK(in.key == "#");
  CHECK(in.prefetch == 256);
  CHECK(writes_to(scenario.components[3], "b.c"));
  CHECK(scenario.components[3].kind == "gateway-import");
}

TEST_CASE("a gateway alone is a scenario, and its topology is whole") {
  const Scenario scenario = read(kExport + kImport);
  CHECK(topology_warnings(scenario).empty());
  CHECK_THAT(topology_text(scenario), ContainsSubstring("  └─ key # → queue export-a → export-a\n"));
  CHECK_THAT(topology_text(scenario), ContainsSubstring("  import-a → exchange a\n"));
}

TEST_CASE("a name that is taken gets a number") {
  CHECK(component_names(read(kExport + kExport + kImport + kImport + kImport)) ==
        std::vector<std::string>{"export-a", "export-a-2", "import-a", "import-a-2", "import-a-3"});
  CHECK(component_names(read("[component.import-a]\nkind = \"watch\"\nfrom = \"a\"\n" + kImport)) ==
        std::vector<std::string>{"import-a", "import-a-2"});
  CHECK(component_names(read("[component.w]\nkind = \"watch\"\nfrom = \"export-a\"\n" + kExport)) ==
        std::vector<std::string>{"w", "export-a-2"});
}

TEST_CASE("expectations and faults may name exports and imports") {
  const Scenario scenario = read(kExport + kImport + R"(
[resource.export-a]
prefetch = 3
[[expect]]
metric = "export-a.exported"
equals = 3
[[expect]]
metric = "import-a.imported"
min = 1
[[expect]]
resource = "export-a"
consumer = "export-a"
delivered = "exactly-once"
[[fault]]
kind = "lose"
component = "import-a"
[[fault]]
kind = "mute"
component = "export-a"
[[fault]]
kind = "mislabel"
component = "import-a"
)");
  CHECK(scenario.prefetch_of("export-a") == 3);
  CHECK(scenario.expectations.size() == 3);
  CHECK(scenario.faults.size() == 3);
}

TEST_CASE("what is wrong in a gateway is told with its line, its column and its key") {
  struct Wrong {
    std::string text;
    std::string expected;
  };
  const std::vector<Wrong> all = {
      {"gateway = 1\n", "a.toml:1:11: gateway: expected a table"},
      {"[gateway]\nexport = 1\n",
       "a.toml:2:10: gateway.export: expected tables, each headed [[gateway.export]]"},
      {"[gateway]\nexprt = []\n" + kWatch, "a.toml:2:9: gateway.exprt: unknown key; did you mean 'export'?"},
      {"[[gateway.export]]\nexchange = \"x\"\n", "a.toml:1:1: gateway.export.0.from: is missing"},
      {"[[gateway.export]]\nfrom = \"x\"\n", "a.toml:1:1: gateway.export.0.exchange: is missing"},
      {"[[gateway.export]]\nfrom = \"x y\"\nexchange = \"x\"\n",
       "a.toml:2:8: gateway.export.0.from: 'x y' is not a name"},
      {"[[gateway.export]]\nfrom = \"x\"\nexchange = \"\"\n",
       "a.toml:3:12: gateway.export.0.exchange: is not a name on a broker: expected 1 to 255 bytes"},
      {"[[gateway.export]]\nfrom = \"x\"\nexchange = \"" + std::string(256, 'x') + "\"\n",
       "gateway.export.0.exchange: is not a name on a broker"},
      {"[[gateway.export]]\nfrom = \"x\"\nexchange = \"a\\nb\"\n", "is not a name on a broker"},
      {kExport + "kee = \"x\"\n", "a.toml:4:7: gateway.export.0.kee: unknown key; did you mean 'key'?"},
      {kExport + "key = \"a\\nb\"\n", "a.toml:4:7: gateway.export.0.key: is not a routing key"},
      {kExport + "name = \"a.b\"\n", "a.toml:4:8: gateway.export.0.name: 'a.b' is not a name"},
      {kExport + "name = \"metrics\"\n", "a.toml:4:8: gateway.export.0.name: the name is taken"},
      {kExport + "name = \"a\"\n", "gateway.export.0.name: the name is taken: 'a' is a resource"},
      {kExport + "name = \"b\"\n[component.w]\nkind = \"watch\"\nfrom = \"b\"\n",
       "a.toml:1:1: gateway.export.0.name: the name is taken: 'b' is a resource"},
      {kExport + "name = \"b\"\n[[gateway.import]]\nqueue = \"in\"\nto = \"b\"\n",
       "gateway.export.0.name: the name is taken: 'b' is a resource"},
      {kExport + "name = \"b\"\n[[gateway.export]]\nfrom = \"b\"\nexchange = \"x\"\n",
       "gateway.export.0.name: the name is taken: 'b' is a resource"},
      {kExport + "name = \"b\"\n[[binding]]\nfrom = \"a\"\nto = \"b\"\n",
       "gateway.export.0.name: the name is taken: 'b' is a resource"},
      {kWatch + kExport + "name = \"w\"\n", "gateway.export.0.name: the name is taken: 'w' is a component"},
      {kImport + "name = \"n\"\n" + kImport + "name = \"n\"\n",
       "a.toml:8:8: gateway.import.1.name: the name is taken: 'n' is a component"},
      {"[[gateway.import]]\nto = \"a\"\n",
       "a.toml:1:1: gateway.import.0.queue: is missing: name a queue of the broker, or an `exchange`"},
      {kImport + "exchange = \"x\"\n", "a.toml:2:9: gateway.import.0.queue: cannot stand beside `exchange`"},
      {kImport + "key = \"x\"\n", "a.toml:4:7: gateway.import.0.key: selects from an `exchange`"},
      {"[[gateway.import]]\nqueue = \"x\"\n", "a.toml:1:1: gateway.import.0.to: is missing"},
      {"[[gateway.import]]\nto = \"a\"\nqueu = \"x\"\n",
       "a.toml:3:8: gateway.import.0.queu: unknown key; did you mean 'queue'?"},
      {kImport + "prefetch = -1\n",
       "a.toml:4:12: gateway.import.0.prefetch: -1 is out of range: expected 0 to 65535"},
      {kImport + "prefetch = 65536\n", "gateway.import.0.prefetch: 65536 is out of range"},
      {kImport + "prefetch = \"1\"\n", "gateway.import.0.prefetch: expected an integer"},
      {kImport + "exchnge = \"x\"\n",
       "a.toml:4:11: gateway.import.0.exchnge: unknown key; did you mean 'exchange'?"},
      {kImport + "[[expect]]\nmetric = \"import-a.import\"\nmin = 1\n", "did you mean 'import-a.imported'?"},
      {kExport + "[[fault]]\nkind = \"lose\"\ncomponent = \"export-a\"\n", "'export-a' writes nothing"},
      {kImport + "[[fault]]\nkind = \"mute\"\ncomponent = \"import-a\"\n", "'import-a' streams nothing"},
  };
  for (const Wrong& wrong : all) {
    CAPTURE(wrong.text);
    CHECK_THAT(told(wrong.text), ContainsSubstring(wrong.expected));
  }
}

TEST_CASE("each export and import is a part of its own, and comes back from text") {
  const std::string text = kWatch + kExport + kImport + kImport;
  toml::table root = toml::parse(text);
  const std::vector<TablePath> parts = parts_of(root);
  CHECK(std::count(parts.begin(), parts.end(), TablePath{"gateway", "export", "0"}) == 1);
  CHECK(std::count(parts.begin(), parts.end(), TablePath{"gateway", "import", "1"}) == 1);
  CHECK(std::count(parts.begin(), parts.end(), TablePath{"gateway"}) == 0);
  CHECK(part_of_key(root, "gateway.import.1.to") == TablePath{"gateway", "import", "1"});
  CHECK(component_names(read(scenario_text(root))) == component_names(read(text)));
  REQUIRE(remove_part(root, {"gateway", "import", "0"}));
  CHECK(component_names(read(scenario_text(root))) == std::vector<std::string>{"w", "export-a", "import-a"});
}
