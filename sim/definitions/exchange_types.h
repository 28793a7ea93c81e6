// RabbitMQ's words for types of exchanges.
#pragma once

#include <optional>
#include <string_view>

#include "dse/exchange_options.h"

namespace dse {

// The type of this name; empty for those that a scenario does not have.
std::optional<ExchangeType> type_called(std::string_view name);
// The type of an exchange that every virtual host has, and that an export leaves out; empty for another name.
std::optional<ExchangeType> built_in_type(std::string_view exchange);

}  // namespace dse
