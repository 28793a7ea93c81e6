// Which permissions each operation of AMQP takes on RabbitMQ 3.10, in the order in which it asks for them
// (rabbit_channel). Each function returns the text of the first refusal; empty when the operation is
// permitted.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "access/access_rules.h"

namespace dse {

using AccessRefusal = std::optional<std::string>;

// Exchanges and queues that are declared (not passively, which takes no permission) or deleted. What is there
// already takes the same permission; only what is not there yet is asked for its alternate exchange or
// dead-letter exchange, so the caller gives that for a new one alone.
AccessRefusal refuse_exchange_declare(const AccessRules& rules, std::string_view exchange,
                                      const std::optional<std::string>& new_with_alternate = {});
AccessRefusal refuse_queue_declare(const AccessRules& rules, std::string_view queue,
                                   const std::optional<std::string>& new_with_dead_letters_to = {});

// A binding that is made or removed.
struct AccessedBinding {
  std::string_view source = {};  // an exchange
  std::string_view destination = {};
  bool to_exchange = false;  // else to a queue
  bool from_topic = false;   // whether the source is there, and is a topic exchange
  std::string_view key = {};
};
AccessRefusal refuse_bind(const AccessRules& rules, const AccessedBinding& binding);

// A message that is published. RabbitMQ looks for the exchange between the two: what may not be written is
// refused (403) also where it does not exist (404).
AccessRefusal refuse_exchange_write(const AccessRules& rules, std::string_view exchange);
AccessRefusal refuse_topic_write(const AccessRules& rules, std::string_view topic_exchange,
                                 std::string_view key);
// Its property user_id, unless that is empty, names the user (406, not 403).
AccessRefusal refuse_user_id(const AccessRules& rules, std::string_view user_id);

// A queue that is consumed from, got from, or purged.
AccessRefusal refuse_queue_read(const AccessRules& rules, std::string_view queue);

}  // namespace dse
