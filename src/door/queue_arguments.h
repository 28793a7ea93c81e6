// The arguments of declarations as RabbitMQ 3.10 reads and compares them (rabbit_amqqueue: declare_args;
// rabbit_misc: assert_args_equivalence).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "dse/headers.h"
#include "dse/queue_options.h"

namespace dse {

// As RabbitMQ calls the type of a value: longstr, signedint, bool and so on.
std::string_view amqp_type_name(const HeaderValue& value);
// The value as Erlang writes it: a text as it is, a number in digits.
std::string erlang_text(const HeaderValue& value);

// What RabbitMQ needs to know to read the arguments of a queue.
struct QueueRequest {
  std::string_view what;  // "queue 'q' in vhost '/'"
  bool durable = false;
  bool exclusive = false;
  bool auto_delete = false;
};
// The options that they mean; an argument that RabbitMQ does not know means nothing. Throws ClientRefusal for
// what RabbitMQ refuses.
QueueOptions read_queue_arguments(const Headers& arguments, const QueueRequest& request);
// "classic" or whatever is said.
std::string queue_type_in(const Headers& arguments);

// Those that are compared when a queue, or an exchange, is declared again.
std::span<const std::string_view> compared_queue_arguments();
std::span<const std::string_view> compared_exchange_arguments();
// Throws ClientRefusal when one of the named arguments differs; `what` has it.
void require_same_arguments(std::string_view what, const Headers& current, const Headers& received,
                            std::span<const std::string_view> names);
void require_same_flag(std::string_view what, std::string_view name, bool current, bool received);

}  // namespace dse
