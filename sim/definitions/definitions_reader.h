// Reads RabbitMQ's definitions from JSON.
#pragma once

#include <string>
#include <string_view>

#include "sim/definitions/definitions.h"

namespace dse {

// Throws an InputError with line and column for what is not JSON, and with the path of the value, such as
// `queues[3].durable`, for one that is not what RabbitMQ writes there. `file` is what errors name.
Definitions parse_definitions(std::string_view text, const std::string& file);
// The same of a file of at most 64 MiB, which may be a pipe.
Definitions read_definitions(const std::string& path);

}  // namespace dse
