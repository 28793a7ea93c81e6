#include "sim/scenario/scenario_text.h"

#include <toml++/toml.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "dse/plain_component.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/scenario/topology.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace fs = std::filesystem;
using namespace dse;

namespace {

std::vector<std::string> all_scenarios() {
  std::vector<std::string> paths;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(DSE_SOURCE_DIR) / "scenarios")) {
    if (entry.path().extension() == ".toml") paths.push_back(entry.path().string());
  }
  REQUIRE(paths.size() >= 12);
  return paths;
}

std::string again(const std::string& text) { return scenario_text(toml::parse(text)); }

// The text of a component's own keys: its table, without the order among components.
std::string component_text(const toml::table& root, const std::string& name) {
  std::ostringstream stream;
  stream << *root["component"][name].as_table();
  return stream.str();
}

}  // namespace

TEST_CASE("every scenario reads back from its text as it was") {
  for (const std::string& path : all_scenarios()) {
    CAPTURE(path);
    const toml::table table = toml::parse_file(path);
    const std::string text = scenario_text_with(path, {});
    CHECK(text == scenario_text(table));
    CHECK((toml::parse(text) == table));
    const Scenario scenario = read_scenario(path, built_in_tables(), {});
    const Scenario read_back = parse_scenario(text, path, built_in_tables());
    CHECK(topology_text(read_back) == topology_text(scenario));
    CHECK(read_back.seed == scenario.seed);
    CHECK(read_back.ordering == scenario.ordering);
    CHECK(read_back.until_ns == scenario.until_ns);
    CHECK(read_back.bindings.size() == scenario.bindings.size());
    CHECK(read_back.expectations.size() == scenario.expectations.size());
    CHECK(read_back.faults.size() == scenario.faults.size());
    REQUIRE(read_back.components.size() == scenario.components.size());
    for (std::size_t i = 0; i < scenario.components.size(); ++i) {
      CHECK(read_back.components[i].name == scenario.components[i].name);
      const std::string& name = scenario.components[i].table_name();
      CHECK(component_text(toml::parse(text), name) == component_text(table, name));
    }
    CHECK(again(text) == text);
  }
}

TEST_CASE("keys and values of any kind survive") {
  const std::string text =
      "title = \"a \\\"quoted\\\" \\\\ line, ü\"\nuntil = '5s'\nexpect = []\n"
      "[component.z]\nkind = \"echo\"\nfrom = \"a.b\"\nservice = \"1.5us\"\n"
      "[component.a]\nkind = \"ensemble\"\nmodels = [\"x\", \"y\"]\nfrom = \"q\"\n"
      "[component.a.more]\ninf = inf\nsmall = 1e-300\nday = 1979-05-27\nmixed = [1, [2, 'x'], {k = 1}]\n"
      "[resource.\"a.b\"]\nprefetch = 3\n"
      "[[binding]]\nfrom = \"a\"\nto = [\"b\", \"c\"]\nheaders = { \"with space\" = 7, y = true }\n"
      "[[binding]]\nfrom = \"b\"\nto = \"c\"\n";
  const toml::table table = toml::parse(text);
  CHECK((toml::parse(scenario_text(table)) == table));
  // Components in the order of the file, not of their names.
  CHECK(scenario_text(table).find("[component.z]") < scenario_text(table).find("[component.a]"));
  CHECK(scenario_text(toml::table()).empty());
}

TEST_CASE("paths of data files are moved along") {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "from/here");
  fs::create_directories(folder.path() / "to/there/deep");
  std::ofstream(folder.path() / "from/data") << "x";
  const std::string absolute = folder.file("from/data");
  toml::table root =
      toml::parse("[component.a]\nkind = \"one\"\nimages = \"../data\"\nlabels = \"" + absolute +
                  "\"\nkey = \"../data\"\n[component.b]\nkind = \"two\"\ntruth = \"none/../x\"\n"
                  "initial = \"y\"\nlate.truth = \"../data\"\n");
  const auto kind = [](const std::string& name, const std::vector<std::string>& files) {
    Kind made{.name = name, .read = [](const KeyReader&) { return make_component(Program()); }};
    for (const std::string& file : files) made.keys.push_back({.name = file, .type = KeyType::kFile});
    made.keys.push_back({.name = "key"});
    return made;
  };
  KindTable kinds;
  kinds.add(kind("one", {"images", "labels"}));
  kinds.add(kind("two", {"truth", "initial", "late.truth"}));
  move_data_paths(root, kinds, {.from = folder.path() / "from/here", .to = folder.path() / "to/there/deep"});
  const auto path = [&](const std::string& component, const std::string& key) {
    return (folder.path() / "to/there/deep" / root["component"][component][key].value_or(std::string()))
        .lexically_normal()
        .string();
  };
  CHECK(path("a", "images") == absolute);
  CHECK(path("a", "labels") == absolute);
  CHECK(root["component"]["a"]["key"].value_or(std::string()) == "../data");
  CHECK(path("b", "truth") == folder.file("from/here/x"));
  CHECK(path("b", "initial") == folder.file("from/here/y"));
  CHECK(root["component"]["b"]["late"]["truth"].value_or(std::string()) == "../../../from/data");
  CHECK(root["component"]["b"]["initial"].value_or(std::string()) == "../../../from/here/y");
}
