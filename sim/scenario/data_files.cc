#include "sim/scenario/data_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/hash.h"
#include "core/printable.h"

namespace dse {

std::vector<DataFile> data_files(const Scenario& scenario) {
  std::vector<DataFile> files;
  for (const ComponentConfig& component : scenario.components) {
    const auto add = [&](std::string_view key, const std::string& path) {
      const std::string whole_key = fmt::format("component.{}.{}", component.name, key);
      files.push_back({find_text(*scenario.keys, whole_key).value_or(path), path});
    };
    if (const auto* generator = std::get_if<GeneratorConfig>(&component.kind)) {
      add("images", generator->images);
      add("labels", generator->labels);
    }
    if (const auto* source = std::get_if<SourceConfig>(&component.kind)) {
      add("images", source->images);
      if (source->truth) add("truth", *source->truth);
    }
    if (const auto* model = std::get_if<ModelConfig>(&component.kind)) {
      if (model->initial) add("initial", model->initial->path);
    }
  }
  return files;
}

std::string changed_data(const DataDigests& before, const DataDigests& now) {
  std::vector<std::string> changes;
  for (const auto& [name, digest] : before) {
    const auto found = now.find(name);
    if (found == now.end()) {
      changes.push_back(fmt::format("{} was {} and is not read", printable(name), hex64(digest)));
    } else if (found->second != digest) {
      changes.push_back(
          fmt::format("{} was {} and is {}", printable(name), hex64(digest), hex64(found->second)));
    }
  }
  return fmt::format("{}", fmt::join(changes, ", "));
}

}  // namespace dse
