#include "sim/definitions/policies.h"

#include <algorithm>
#include <array>
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
    if (!is_for(entry.policy->apply_to, target) || !entry.pattern.matches(name)) continue;
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
    if (key == "delivery-limit" && target != PolicyTarget::kQuorumQueue) continue;
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
