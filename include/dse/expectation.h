// What a run is expected to do, judged when it is over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "dse/run_result.h"
#include "dse/time.h"

namespace dse {

// Expects that a metric is within bounds, or that it rises.
struct MetricExpectation {
  std::string metric = {};
  std::optional<double> min = {};
  std::optional<double> max = {};
  std::optional<double> equals = {};
  bool rises = false;                // the mean of the last quarter of its curve is above that of the first
  std::optional<TimeNs> by_ns = {};  // over everything up to then; empty: over the whole run
  // Liveness: over everything up to this long after the last effect of a planted fault; when no fault
  // strikes, or the run ends before, over the whole run. Not with by_ns.
  std::optional<TimeNs> after_faults_ns = {};
};

enum class Guarantee { kExactlyOnce, kAtLeastOnce };

// What happens to messages on their way to one queue, and to one of its consumers or to all together:
//
//   exactly-once   every owed message was delivered once, and nothing else was delivered
//   at-least-once  every owed message was delivered
//   fifo           to each consumer, the first deliveries of one writer's messages came in the order in which
//                  it wrote them; what is marked redelivered does not count
//   lost           this many owed messages were never delivered, and are not under way at the end
//
// A message is owed to a queue when a binding that fits it leads into that queue, and was made before it was
// written. Messages are known by their ids: those written with the same id count as one. An expectation of
// deliveries is not met when nothing was owed.
struct DeliveryExpectation {
  std::string resource = {};                 // the queue; "" for all queues, with `lost` alone
  std::optional<std::string> consumer = {};  // one component that streams it; empty: all together
  std::optional<Guarantee> delivered = {};
  bool fifo = false;
  std::optional<std::int64_t> lost = {};  // exactly this many
};

// How the run ends.
struct StatusExpectation {
  RunStatus status = RunStatus::kCompleted;  // any but kInterrupted
};

// How often a planted fault strikes.
struct StrikeExpectation {
  std::string fault = {};  // its name, or its number from 0
  std::optional<std::int64_t> min = {};
  std::optional<std::int64_t> max = {};
  std::optional<std::int64_t> equals = {};
};

struct Expectation {
  std::string name = {};  // for human readers; "" if it has none
  bool fails = false;     // a planted fault must be caught here: the expectation must not hold
  std::variant<MetricExpectation, DeliveryExpectation, StatusExpectation, StrikeExpectation> what = {};
};

}  // namespace dse
