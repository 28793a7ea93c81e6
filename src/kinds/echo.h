// A consumer that prints each message and its label.
#pragma once

#include <memory>

#include "kinds/consumer.h"

namespace dse {

Kind echo_kind();

// Keeps one line per message in NAME.log: virtual time in seconds, id, label ("-" without one), routing key,
// payload's bytes.
std::shared_ptr<const Component> make_echo(ConsumerOptions options);

}  // namespace dse
