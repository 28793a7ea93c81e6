// The headers exchange that a binding with headers needs on a real broker, unless it is bound from one.
#pragma once

#include <string>

#include "dse/binding.h"
#include "dse/exchange_options.h"

namespace dse {

// Whether the broker needs a headers exchange for this binding.
bool has_headers_exchange(const BindingSpec& binding, ExchangeType from);
// The name of the headers exchange of such a binding. A name too long for AMQP (more than 255
// bytes) is shortened, and ends with a hash instead of what was cut.
std::string headers_exchange(const BindingSpec& binding);

}  // namespace dse
