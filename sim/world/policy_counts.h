// What became of a queue's messages because of its options.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "broker/broker.h"

namespace dse {

struct PolicyCounts {
  std::uint64_t expired = 0;
  std::uint64_t dropped = 0;        // from a full queue
  std::uint64_t dead_lettered = 0;  // for whatever reason
  std::uint64_t nacked = 0;         // not accepted by the full queue

  void add(PolicyEvent::Kind kind) {
    if (kind == PolicyEvent::Kind::kExpired) ++expired;
    if (kind == PolicyEvent::Kind::kDropped) ++dropped;
    if (kind == PolicyEvent::Kind::kDeadLettered) ++dead_lettered;
    if (kind == PolicyEvent::Kind::kNotAccepted) ++nacked;
  }
  // With the names of their metrics.
  std::array<std::pair<std::string_view, std::uint64_t>, 4> by_name() const {
    return {
        {{"dead_lettered", dead_lettered}, {"dropped", dropped}, {"expired", expired}, {"nacked", nacked}}};
  }
};

inline bool is_policy_metric(std::string_view metric) {
  for (const auto& [name, count] : PolicyCounts().by_name()) {
    if (metric.ends_with(name) && metric.size() > name.size() &&
        metric[metric.size() - name.size() - 1] == '.')
      return true;
  }
  return false;
}

}  // namespace dse
