// The arguments of a queue as options of a scenario; the way back is arguments_of() of
// message/declared_arguments.h.
#pragma once

#include <string>
#include <vector>

#include "dse/headers.h"
#include "dse/queue_options.h"
#include "sim/definitions/definitions.h"

namespace dse {

// "classic", "quorum", "stream", or whatever else is said.
std::string queue_type_of(const QueueDefinition& queue);

// The options that the arguments mean. Each argument that has no form in a scenario, or a value that RabbitMQ
// does not take, is left out, and a sentence about it is added to `left_out`.
QueueOptions queue_options_of(const Headers& arguments, QueueType type, std::vector<std::string>& left_out);

}  // namespace dse
