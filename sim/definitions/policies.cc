#include "sim/definitions/policies.h"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace dse {
namespace {

constexpr std::array<std::string_view, 8> kQueueKeys = {
    "message-ttl", "expires",        "max-length",           "max-length-bytes",
    "overflow",    "delivery-limit", "dead-letter-exchange", "dead-letter-routing-key"};
constexpr std::string_view kAlternateExchange = "alternate-exchange";

bool is_for(std::string_view apply_to, PolicyTarget target) {
  if (apply_to == "all") return true;
  switch (target) {
    case PolicyTarget::kExchange:
      return apply_to == "exchanges";
    case PolicyTarget::kClassicQueue:
      return apply_to == "queues" || apply_to == "classic_queues";
    case PolicyTarget::kQuorumQueue:
      return apply_to == "queues" || apply_to == "quorum_queues";
  }
  return false;
}

// The keys with which a policy does not count for a queue of this type, whatever else is in it:
// unsupported_policies of rabbit_classic_queue:capabilities and rabbit_quorum_queue:capabilities.
constexpr std::array<std::string_view, 6> kNotForClassic = {
    "delivery-limit",       "dead-letter-strategy", "max-age", "stream-max-segment-size-bytes",
    "queue-leader-locator", "initial-cluster-size"};
constexpr std::array<std::string_view, 12> kNotForQuorum = {"max-priority",
                                                            "queue-mode",
                                                            "single-active-consumer",
                                                            "ha-mode",
                                                            "ha-params",
                                                            "ha-sync-mode",
                                                            "ha-promote-on-shutdown",
                                                            "ha-promote-on-failure",
                                                            "queue-master-locator",
                                                            "max-age",
                                                            "stream-max-segment-size-bytes",
                                                            "initial-cluster-size"};

bool holds_any(const PolicyDefinition& policy, std::span<const std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](std::string_view key) { return policy.definition.find(key) != nullptr; });
}

bool is_supported(const PolicyDefinition& policy, PolicyTarget target) {
  if (target == PolicyTarget::kClassicQueue) return !holds_any(policy, kNotForClassic);
  if (target == PolicyTarget::kQuorumQueue) return !holds_any(policy, kNotForQuorum);
  return true;
}

const std::int64_t* integer_in(const Headers& values, std::string_view name) {
  const HeaderValue* value = values.find(name);
  return value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
}

}  // namespace

PolicySet::PolicySet(const std::vector<PolicyDefinition>& policies) {
  for (const PolicyDefinition& policy : policies) {
    try {
      entries_.push_back(
          {.policy = &policy, .pattern = NamePattern(policy.pattern), .place = entries_.size()});
    } catch (const std::invalid_argument& error) {
      unread_.push_back({.name = policy.name, .reason = error.what()});
    }
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.policy->priority > b.policy->priority; });
}

const PolicyDefinition* PolicySet::find(PolicyTarget target, std::string_view name) {
  for (Entry& entry : entries_) {
    if (!is_for(entry.policy->apply_to, target) || !is_supported(*entry.policy, target)) continue;
    if (!entry.pattern.matches(name)) continue;
    ++(target == PolicyTarget::kExchange ? entry.exchanges : entry.queues);
    return entry.policy;
  }
  return nullptr;
}

std::vector<PolicySet::Use> PolicySet::uses() const {
  std::vector<Use> uses(entries_.size());
  for (const Entry& entry : entries_)
    uses[entry.place] = {.policy = entry.policy, .queues = entry.queues, .exchanges = entry.exchanges};
  return uses;
}

Headers merged_policies(const PolicyDefinition* policy, const PolicyDefinition* operators) {
  Headers merged = policy == nullptr ? Headers() : policy->definition;
  if (operators == nullptr) return merged;
  for (const auto& [key, value] : operators->definition) {
    const std::int64_t* ours = integer_in(merged, key);
    const auto* theirs = std::get_if<std::int64_t>(&value);
    if (ours == nullptr || theirs == nullptr || *theirs < *ours) merged.set(key, value);
  }
  return merged;
}

Headers arguments_with_policy(const Headers& arguments, const Headers& policy, PolicyTarget target) {
  Headers result = arguments;
  for (const std::string_view key : kQueueKeys) {
    const HeaderValue* said = policy.find(key);
    if (said == nullptr) continue;
    const std::string argument = "x-" + std::string(key);
    const HeaderValue* own = result.find(argument);
    const std::int64_t* own_number = integer_in(result, argument);
    const auto* said_number = std::get_if<std::int64_t>(said);
    const bool is_smaller = own_number != nullptr && said_number != nullptr && *said_number < *own_number;
    const bool counts_before = key == "overflow" && target == PolicyTarget::kQuorumQueue;
    if (own == nullptr || is_smaller || counts_before) result.set(argument, *said);
  }
  return result;
}

Headers exchange_arguments_with_policy(const Headers& arguments, const Headers& policy) {
  Headers result = arguments;
  const HeaderValue* said = policy.find(kAlternateExchange);
  if (said != nullptr && result.find(kAlternateExchange) == nullptr)
    result.set(std::string(kAlternateExchange), *said);
  return result;
}

bool is_known_policy_key(std::string_view key) {
  return key == kAlternateExchange ||
         std::find(kQueueKeys.begin(), kQueueKeys.end(), key) != kQueueKeys.end();
}

}  // namespace dse
