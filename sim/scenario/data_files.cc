#include "sim/scenario/data_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/printable.h"
#include "dse/hash.h"

namespace dse {

std::vector<DataFile> data_files(const Scenario& scenario) {
  std::vector<DataFile> files;
  for (const ComponentConfig& component : scenario.components) {
    for (const ReadFile& file : component.component->read_files()) {
      if (!file.written.empty()) {
        files.push_back({file.written, file.path});
        continue;
      }
      const std::string whole_key = fmt::format("component.{}.{}", component.table_name(), file.key);
      files.push_back({find_text(*scenario.keys, whole_key).value_or(file.path), file.path});
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
