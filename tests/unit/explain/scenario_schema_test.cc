// The JSON Schema of scenarios.
#include "sim/explain/scenario_schema.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.h"

using namespace dse;

TEST_CASE("schema: docs/scenario.schema.json is that of the tables", "[schema]") {
  const std::string path = DSE_SOURCE_DIR "/docs/scenario.schema.json";
  const std::string schema = scenario_schema(built_in_tables());
  if (std::getenv("DSE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << schema;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  CHECK(text.str() == schema);
}

TEST_CASE("schema: each key of the format is told with its meaning") {
  const auto schema = nlohmann::json::parse(scenario_schema(built_in_tables()));
  for (const auto& [name, key] : schema["definitions"].items()) {
    CAPTURE(name);
    CHECK_FALSE(key.value("description", "").empty());
    CHECK(key["x-taplo"]["docs"]["main"] == key["description"]);
  }
  CHECK(schema["definitions"].size() > 70);
}

TEST_CASE("schema: a kind of one's own is in that of one's own program") {
  Tables tables = built_in_tables();
  tables.kinds.add({.name = "own",
                    .meaning = "Does something.",
                    .keys = {{.name = "level", .type = KeyType::kInteger, .range = {.least = 1, .most = 9}}},
                    .read = [](const KeyReader&) -> std::shared_ptr<const Component> { return nullptr; }});
  const auto schema = nlohmann::json::parse(scenario_schema(tables));
  const auto& kinds = schema["properties"]["component"]["additionalProperties"]["anyOf"];
  const auto& own = kinds.back();
  CHECK(own["properties"]["kind"]["const"] == "own");
  CHECK(own["properties"]["level"]["maximum"] == 9);
}
