// What a scenario says of exchanges, queues and bindings, said to the broker of the process.
#pragma once

#include "broker/broker.h"
#include "sim/scenario/scenario.h"

namespace dse {

// Declares every name of the scenario with its options, at time 0, and makes its bindings and the queues that
// exist from the start. The broker must be new.
void wire_broker(const Scenario& scenario, Broker& broker);

}  // namespace dse
