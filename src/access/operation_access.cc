#include "access/operation_access.h"

#include <fmt/format.h>

namespace dse {

AccessRefusal refuse_exchange_declare(const AccessRules& rules, std::string_view exchange,
                                      const std::optional<std::string>& new_with_alternate) {
  if (!rules.may_configure(exchange)) return rules.exchange_refusal(exchange);
  if (!new_with_alternate) return std::nullopt;
  if (!rules.may_read(exchange)) return rules.exchange_refusal(exchange);
  return refuse_exchange_write(rules, *new_with_alternate);
}

AccessRefusal refuse_queue_declare(const AccessRules& rules, std::string_view queue,
                                   const std::optional<std::string>& new_with_dead_letters_to) {
  if (!rules.may_configure(queue)) return rules.queue_refusal(queue);
  if (!new_with_dead_letters_to) return std::nullopt;
  if (!rules.may_read(queue)) return rules.queue_refusal(queue);
  return refuse_exchange_write(rules, *new_with_dead_letters_to);
}

AccessRefusal refuse_bind(const AccessRules& rules, const AccessedBinding& binding) {
  if (!rules.may_write(binding.destination)) {
    return binding.to_exchange ? rules.exchange_refusal(binding.destination)
                               : rules.queue_refusal(binding.destination);
  }
  if (!rules.may_read(binding.source)) return rules.exchange_refusal(binding.source);
  if (binding.from_topic && !rules.may_read_topic(binding.source, binding.key))
    return rules.topic_refusal(binding.source, binding.key);
  return std::nullopt;
}

AccessRefusal refuse_exchange_write(const AccessRules& rules, std::string_view exchange) {
  if (rules.may_write(exchange)) return std::nullopt;
  return rules.exchange_refusal(exchange);
}

AccessRefusal refuse_topic_write(const AccessRules& rules, std::string_view topic_exchange,
                                 std::string_view key) {
  if (rules.may_write_topic(topic_exchange, key)) return std::nullopt;
  return rules.topic_refusal(topic_exchange, key);
}

AccessRefusal refuse_user_id(const AccessRules& rules, std::string_view user_id) {
  if (user_id.empty() || user_id == rules.subject().user) return std::nullopt;
  return fmt::format("PRECONDITION_FAILED - user_id property set to '{}' but authenticated user was '{}'",
                     user_id, rules.subject().user);
}

AccessRefusal refuse_queue_read(const AccessRules& rules, std::string_view queue) {
  if (rules.may_read(queue)) return std::nullopt;
  return rules.queue_refusal(queue);
}

}  // namespace dse
