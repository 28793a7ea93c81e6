// Reads the [component.NAME] tables of a scenario.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/key_values.h"
#include "sim/scenario/scenario.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// The component of this name, read by its kind, or all its replicas. Throws InputError.
std::vector<ComponentConfig> read_components(const std::string& name, const toml::table& node,
                                             const ReadingPlace& reading);

// The component that a kind reads from a table with these `values`. Throws InputError, also when the
// component does not fit in a scenario: when a port is not a valid resource name.
std::shared_ptr<const Component> read_kind(const Kind& kind, const KeyReader::Source& values,
                                           const InputPlace& place);

}  // namespace dse
