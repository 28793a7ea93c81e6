// The JSON library, for the files of this folder that use it.
#pragma once

#include <nlohmann/json.hpp>

namespace dse {

using Json = nlohmann::json;

}  // namespace dse
