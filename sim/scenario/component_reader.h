// Reads the [component.NAME] tables of a scenario.
#pragma once

#include <toml++/toml.h>

#include <filesystem>
#include <string>

#include "sim/scenario/scenario.h"

namespace dse {

// The component of this name. `folder` is what the paths of its data files are relative to. Throws
// InputError.
ComponentConfig read_component(const std::string& name, const toml::table& node,
                               const std::filesystem::path& folder);

}  // namespace dse
