// The parameters of what scenarios name with parameters (learners, drift detectors), as keys.
#pragma once

#include <cstdint>

#include "dse/key_info.h"

namespace dse {

inline KeyInfo integer_parameter(const char* name, std::int64_t fallback, KeyRange range,
                                 const char* meaning) {
  return {.name = name, .type = KeyType::kInteger, .fallback = fallback, .range = range, .meaning = meaning};
}

inline KeyInfo number_parameter(const char* name, double fallback, const char* meaning) {
  return {.name = name, .type = KeyType::kNumber, .fallback = fallback, .meaning = meaning};
}

}  // namespace dse
