// How this folder reports that a data file is wrong.
#pragma once

#include <string>

#include "dse/error.h"

namespace dse {

// Throws the InputError "path: text".
[[noreturn]] inline void refuse_file(const std::string& path, const std::string& text) {
  InputPlace place;
  place.file = path;
  throw InputError(place, text);
}

}  // namespace dse
