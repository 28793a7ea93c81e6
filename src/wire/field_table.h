// Field tables of AMQP 0-9-1 in RabbitMQ's dialect, whose types are not those of the specification
// (https://www.rabbitmq.com/amqp-0-9-1-errata.html, section 3), and headers. docs/gateway.md says which is
// which.
#pragma once

#include "dse/headers.h"
#include "wire/wire_bytes.h"

namespace dse::wire {

// The next table, with its length. The last of several entries with one name
// counts; a name may be empty.
// Throws Undecodable, also when more is nested than kHeaderNestingMax.
Headers read_table(WireReader& reader);
void write_table(const Headers& headers, WireWriter& writer);

}  // namespace dse::wire
