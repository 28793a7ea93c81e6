// What policies say about the queues and exchanges that they match, as RabbitMQ 3.10 works it out
// (rabbit_policy.erl, rabbit_queue_type_util.erl).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/name_pattern.h"
#include "dse/headers.h"
#include "sim/definitions/definitions.h"

namespace dse {

// What a policy may be meant for.
enum class PolicyTarget { kClassicQueue, kQuorumQueue, kExchange };

// Some policies of one virtual host.
class PolicySet {
 public:
  explicit PolicySet(const std::vector<PolicyDefinition>& policies);

  // The policy that counts for a queue or exchange: the one with the highest priority among those that
  // match and have no key that the type of queue does not know, and the first in the file among several of
  // them. nullptr when none does. Notes that it counts.
  const PolicyDefinition* find(PolicyTarget target, std::string_view name);

  struct Unread {
    std::string name;
    std::string reason;
  };
  // Those whose pattern cannot be used, so that they are not applied.
  const std::vector<Unread>& unread() const { return unread_; }
  // For each policy that can be used, how many queues and exchanges it counted for; the file's order.
  struct Use {
    const PolicyDefinition* policy;
    std::uint64_t queues = 0;
    std::uint64_t exchanges = 0;
  };
  std::vector<Use> uses() const;

 private:
  struct Entry {
    const PolicyDefinition* policy;
    NamePattern pattern;
    std::size_t place;  // in the file
    std::uint64_t queues = 0;
    std::uint64_t exchanges = 0;
  };
  std::vector<Entry> entries_;  // highest priority first
  std::vector<Unread> unread_;
};

// The keys of both: for numbers that both have the smaller counts, otherwise what the operator says.
Headers merged_policies(const PolicyDefinition* policy, const PolicyDefinition* operators);

// The arguments, x-message-ttl and so on, that mean what the queue's arguments and the policy's keys mean
// together: of two numbers the smaller counts, otherwise the argument, and of x-overflow of a quorum queue
// the policy. Keys that are no queue's arguments are left out.
Headers arguments_with_policy(const Headers& arguments, const Headers& policy, PolicyTarget target);
// The same of an exchange.
Headers exchange_arguments_with_policy(const Headers& arguments, const Headers& policy);
// Whether a scenario has a form for that key of a policy.
bool is_known_policy_key(std::string_view key);

}  // namespace dse
