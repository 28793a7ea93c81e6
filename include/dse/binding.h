// A binding A -> B: which of exchange A's messages go into queue B.
#pragma once

#include <string>

#include "dse/headers.h"

namespace dse {

enum class HeaderMatch { kAll, kAny };

struct BindingSpec {
  std::string from = {};  // exchange
  std::string to = {};    // queue
  std::string key = "#";  // topic pattern: words joined by dots, `*` one word, `#` any number
  Headers headers = {};   // values that must match as well; empty: no condition
  HeaderMatch match = HeaderMatch::kAll;

  bool operator==(const BindingSpec&) const = default;
};

}  // namespace dse
