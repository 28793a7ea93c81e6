#include "sim/node/expiring_queues.h"

#include <utility>

#include "amqp/broker_error.h"
#include "amqp/connect.h"

namespace dse {

ExpiringQueues::ExpiringQueues(const Scenario& scenario, ConnectionOptions connection)
    : connection_(std::move(connection)) {
  for (const auto& [name, resource] : scenario.resources) {
    if (!resource.queue.dead_letter) continue;
    const std::optional<TimeNs>& lives_ns = resource.queue.message_ttl_ns;
    if (lives_ns) longest_ns_ = add_time(longest_ns_, *lives_ns);
    (lives_ns ? always_ : sometimes_).push_back(name);
  }
}

bool ExpiringQueues::hold_some(bool some_expire) const {
  std::vector<std::string> asked = always_;
  if (some_expire) asked.insert(asked.end(), sometimes_.begin(), sometimes_.end());
  if (asked.empty()) return false;
  try {
    const std::unique_ptr<Connection> connection = connect(connection_);
    for (const std::string& queue : asked) {
      const ChannelNumber channel = connection->open_channel();
      try {
        if (connection->declare_queue(channel, queue, {.passive = true}).messages > 0) return true;
        connection->close_channel(channel);
      } catch (const ChannelClosed&) {
        // The queue is gone, and what was in it.
      }
    }
  } catch (const BrokerError&) {
    return true;
  } catch (const Interrupted&) {
    return true;
  }
  return false;
}

}  // namespace dse
