// A binding A -> B: which of exchange A's messages go into queue B, or on to exchange B.
#pragma once

#include <string>

#include "dse/headers.h"

namespace dse {

enum class HeaderMatch { kAll, kAny };
enum class BindingTarget { kQueue, kExchange };

struct BindingSpec {
  std::string from = {};  // exchange
  std::string to = {};    // queue, or exchange
  // What it means depends on the exchange's type. For a topic exchange it is a pattern: words joined by dots,
  // `*` one word, `#` any number.
  std::string key = "#";
  Headers headers = {};  // values that must match as well; empty: no condition
  HeaderMatch match = HeaderMatch::kAll;
  BindingTarget target = BindingTarget::kQueue;

  bool operator==(const BindingSpec&) const = default;
};

}  // namespace dse
