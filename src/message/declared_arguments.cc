#include "message/declared_arguments.h"

#include <cstdint>
#include <optional>

#include "dse/time.h"

namespace dse {
namespace {

constexpr TimeNs kMillisecondNs = 1'000'000;

}  // namespace

Headers arguments_of(const QueueOptions& options) {
  Headers arguments;
  const auto set = [&arguments](const char* name, const std::optional<std::int64_t>& value) {
    if (value) arguments.set(name, *value);
  };
  const auto set_time = [&set](const char* name, const std::optional<TimeNs>& time_ns) {
    if (time_ns) set(name, *time_ns / kMillisecondNs);
  };
  if (options.type == QueueType::kQuorum) arguments.set("x-queue-type", std::string("quorum"));
  set_time("x-message-ttl", options.message_ttl_ns);
  set_time("x-expires", options.expires_ns);
  set("x-max-length", options.max_length);
  set("x-max-length-bytes", options.max_length_bytes);
  if (options.overflow == Overflow::kRejectPublish) {
    arguments.set("x-overflow", std::string("reject-publish"));
  } else if (options.overflow == Overflow::kRejectPublishDlx) {
    arguments.set("x-overflow", std::string("reject-publish-dlx"));
  }
  if (options.dead_letter) {
    arguments.set("x-dead-letter-exchange", options.dead_letter->exchange);
    if (options.dead_letter->key) arguments.set("x-dead-letter-routing-key", *options.dead_letter->key);
  }
  set("x-delivery-limit", options.delivery_limit);
  if (options.max_priority > 0) set("x-max-priority", options.max_priority);
  if (options.single_active_consumer) arguments.set("x-single-active-consumer", true);
  return arguments;
}

Headers arguments_of(const ExchangeOptions& options) {
  if (!options.alternate) return {};
  return {{"alternate-exchange", *options.alternate}};
}

}  // namespace dse
