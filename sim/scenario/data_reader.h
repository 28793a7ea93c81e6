// Reads the [data.NAME] tables of a scenario.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "dse/data_source.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// The data set of this name; nothing is opened yet. Paths are relative to `folder`. Throws InputError.
std::shared_ptr<const DataSource> read_data(const std::string& name, const toml::table& node,
                                            const std::filesystem::path& folder);

}  // namespace dse
