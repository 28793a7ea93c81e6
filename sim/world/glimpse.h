// How far a run is, for somebody who looks on while it goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/time.h"

namespace dse {

struct Glimpse {
  TimeNs virtual_time_ns = 0;
  std::uint64_t events = 0;
  std::uint64_t deliveries = 0;  // messages that have reached a component
  // From 0 to 1: of the virtual time until the end, or, for a run that ends when it has drained, of what its
  // sources will send; empty where nobody knows.
  std::optional<double> share_done = {};
  // The accuracy of the last answers (`window` of [metrics]) of each component whose answers are scored, by
  // name.
  std::vector<std::pair<std::string, double>> accuracies = {};
};

}  // namespace dse
