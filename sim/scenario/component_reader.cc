#include "sim/scenario/component_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "learn/learner.h"
#include "sim/scenario/key_rules.h"
#include "sim/scenario/run_files.h"
#include "sim/scenario/table_reader.h"

namespace dse {
namespace {

constexpr std::int64_t kCountMax = 1'000'000'000;

class Reader {
 public:
  explicit Reader(std::filesystem::path folder) : folder_(std::move(folder)) {}

  ComponentConfig component(const std::string& name, const toml::table& node) const;

 private:
  using KindReader = std::function<KindConfig(const Reader&, TableReader&)>;
  struct Kind {
    std::string name;
    KindReader read;
  };
  static const std::vector<Kind>& kinds();

  GeneratorConfig generator(TableReader& table) const;
  SourceConfig source(TableReader& table) const;
  ModelConfig model(TableReader& table) const;
  template <typename Config>
  Config consumer(TableReader& table) const;
  EnsembleConfig ensemble(TableReader& table) const;

  // As it is written: what `..` leads to behind a link is for the system to say.
  std::string data_path(const std::string& path, const InputPlace& place) const;
  std::optional<SliceConfig> slice(TableReader& table) const;

  std::filesystem::path folder_;
};

const std::vector<Reader::Kind>& Reader::kinds() {
  static const std::vector<Kind> table = {
      {"training-generator", [](const Reader& reader, TableReader& node) { return reader.generator(node); }},
      {"production-source", [](const Reader& reader, TableReader& node) { return reader.source(node); }},
      {"model", [](const Reader& reader, TableReader& node) { return reader.model(node); }},
      {"echo", [](const Reader& reader, TableReader& node) { return reader.consumer<EchoConfig>(node); }},
      {"watch", [](const Reader& reader, TableReader& node) { return reader.consumer<WatchConfig>(node); }},
      {"ensemble", [](const Reader& reader, TableReader& node) { return reader.ensemble(node); }},
  };
  return table;
}

ComponentConfig Reader::component(const std::string& name, const toml::table& node) const {
  TableReader table(node, "component." + name);
  check_component_name(name, table.place());
  ComponentConfig config{.name = name, .place = table.place()};
  std::vector<std::string> names;
  for (const Kind& kind : kinds()) names.push_back(kind.name);
  const std::size_t kind = table.choice("kind", names);
  config.start_ns = table.duration_or("start", 0);
  config.kind = kinds()[kind].read(*this, table);
  if (resource_read(config)) config.ends_when_refusing = ends_when_refusing(table);
  table.finish();
  check_files_free(config);
  return config;
}

std::optional<SliceConfig> Reader::slice(TableReader& table) const {
  const auto pair = table.pair_if_any("slice");
  if (!pair) return std::nullopt;
  if (pair->first < 0 || pair->second <= pair->first) {
    throw InputError(table.place("slice"),
                     fmt::format("[{}, {}] is not a slice: expected the first index and one "
                                 "past the last",
                                 pair->first, pair->second));
  }
  return SliceConfig{pair->first, pair->second, table.place("slice")};
}

std::string Reader::data_path(const std::string& path, const InputPlace& place) const {
  if (path.empty()) throw InputError(place, "is empty: expected the path of a file");
  if (path.find('\0') != std::string::npos) throw InputError(place, "holds a NUL, which no path has");
  return (folder_ / path).string();
}

GeneratorConfig Reader::generator(TableReader& table) const {
  GeneratorConfig config;
  config.images_place = table.place("images");
  config.images = data_path(table.text("images"), config.images_place);
  config.labels_place = table.place("labels");
  config.labels = data_path(table.text("labels"), config.labels_place);
  config.to = resource_of(table, "to");
  config.rate = table.rate("rate");
  config.shuffled = table.choice_or("order", {"shuffled", "file"}, 0) == 0;
  config.limit = table.integer_if_any("limit", 0, kCountMax);
  config.slice = slice(table);
  return config;
}

SourceConfig Reader::source(TableReader& table) const {
  SourceConfig config;
  config.images_place = table.place("images");
  config.images = data_path(table.text("images"), config.images_place);
  config.truth_place = table.place("truth");
  if (const auto truth = table.text_if_any("truth")) config.truth = data_path(*truth, config.truth_place);
  config.to = resource_of(table, "to");
  config.key = routing_key(table, "");
  config.rate = table.rate("rate");
  config.arrivals =
      table.choice_or("arrivals", {"regular", "poisson"}, 0) == 0 ? Arrivals::kRegular : Arrivals::kPoisson;
  config.slice = slice(table);
  return config;
}

ModelConfig Reader::model(TableReader& table) const {
  ModelConfig config;
  const std::vector<std::string> learners(learner_names().begin(), learner_names().end());
  config.learner = learners[table.choice("learner", learners)];
  config.from = resource_of(table, "from");
  config.to = resource_of(table, "to");
  config.batch = table.integer_or("batch", config.batch, 1, 4096);
  if (const toml::table* node = table.table_if_any("service")) {
    TableReader service(*node, table.place().key + ".service");
    config.train_service_ns = service.duration_or("train", 0);
    config.infer_service_ns = service.duration_or("infer", 0);
    service.finish();
  }
  config.shape = table.pair_if_any("shape");
  constexpr std::int64_t kSideMax = 4096;
  if (config.shape && (std::min(config.shape->first, config.shape->second) < 1 ||
                       std::max(config.shape->first, config.shape->second) > kSideMax)) {
    throw InputError(table.place("shape"), fmt::format("expected rows and columns from 1 to {}", kSideMax));
  }
  config.classes = table.integer_if_any("classes", 2, 256);
  if (const auto initial = table.text_if_any("initial")) {
    config.initial = InitialConfig{data_path(*initial, table.place("initial")), table.place("initial")};
  }
  return config;
}

template <typename Config>
Config Reader::consumer(TableReader& table) const {
  Config config;
  config.from = resource_of(table, "from");
  config.service_ns = table.duration_or("service", 0);
  return config;
}

EnsembleConfig Reader::ensemble(TableReader& table) const {
  auto config = consumer<EnsembleConfig>(table);
  config.models = table.texts("models");
  for (auto model = config.models.begin(); model != config.models.end(); ++model) {
    if (std::find(config.models.begin(), model, *model) == model) continue;
    throw InputError(table.place("models"), fmt::format("names '{}' twice: a model has one vote", *model));
  }
  return config;
}

}  // namespace

ComponentConfig read_component(const std::string& name, const toml::table& node,
                               const std::filesystem::path& folder) {
  return Reader(folder).component(name, node);
}

}  // namespace dse
