// The arguments of a binding from a headers exchange: what headers it asks for.
#pragma once

#include <string>
#include <vector>

#include "dse/binding.h"
#include "dse/headers.h"

namespace dse {

struct BindingArguments {
  Headers headers = {};
  HeaderMatch match = HeaderMatch::kAll;
  std::vector<std::string> unmatched = {};  // names that RabbitMQ does not match, and so left out
  std::string refused = {};                 // why a scenario has no form for them; "" if it has
};

BindingArguments read_binding_arguments(const Headers& arguments);

}  // namespace dse
