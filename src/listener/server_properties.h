// What a listener says of itself in connection.start.
#pragma once

#include "dse/headers.h"

namespace dse {

// Clients decide by it: kombu, and so Celery, takes a prefetch with `global` for one of the whole connection
// unless the product is RabbitMQ of version 3.3 or later, and py-amqp, pika, amqplib and the Java client ask
// the capabilities whether they may use confirms, basic.nack and connection.blocked. What is here behaves as
// RabbitMQ 3.10 does, so this is what it says. Who looks for the difference finds it in platform and
// information.
Headers server_properties();

}  // namespace dse
