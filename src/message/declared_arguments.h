// The arguments with which a queue or an exchange of given options is declared over AMQP.
#pragma once

#include "dse/exchange_options.h"
#include "dse/headers.h"
#include "dse/queue_options.h"

namespace dse {

// x-queue-type, x-message-ttl, x-dead-letter-exchange and so on; none for a plain classic queue. What AMQP
// has fields for, auto_delete and exclusive, is not among them.
Headers arguments_of(const QueueOptions& options);
// alternate-exchange, if there is one.
Headers arguments_of(const ExchangeOptions& options);

}  // namespace dse
