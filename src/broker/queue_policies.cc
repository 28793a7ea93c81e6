#include "broker/queue_policies.h"

namespace dse {
namespace {

bool below(const std::optional<std::int64_t>& limit, std::size_t value) {
  return !limit || value <= static_cast<std::size_t>(*limit * 4 / 5);
}

}  // namespace

bool QueuePolicies::below_soft_limit(std::size_t depth, std::size_t bytes) const {
  if (!options_.max_length && !options_.max_length_bytes) return false;
  return below(options_.max_length, depth) && below(options_.max_length_bytes, bytes);
}

}  // namespace dse
