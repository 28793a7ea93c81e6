// One planted fault in a run: whether it strikes what happens now, and how often it has struck.
//
// It draws from a stream of its own, named by its component, its kind and its name, or without a name by its
// place among the nameless faults of that component and kind. So no other fault, component or replica shifts
// its draws; and a fault that cannot strike, or always does, draws nothing. Used by the deciding thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/fault.h"
#include "dse/message.h"
#include "dse/random.h"

namespace dse {

class PlantedFault {
 public:
  struct Sinks {
    // Called each time that it strikes, with what it strikes, null for what is no message.
    std::function<void(const MessagePtr* message)> on_strike;
    // Called with the time until which what it has done lasts.
    std::function<void(TimeNs until_ns)> on_effect;
  };
  // `number` is the fault's place in the scenario, which replicas of one component share; `random` must
  // outlive this; the sinks may be empty.
  PlantedFault(Fault fault, std::size_t number, RandomStream& random, Sinks sinks)
      : fault_(std::move(fault)), number_(number), random_(random), sinks_(std::move(sinks)) {}
  PlantedFault(const PlantedFault&) = delete;
  PlantedFault& operator=(const PlantedFault&) = delete;

  const Fault& fault() const { return fault_; }
  std::size_t number() const { return number_; }
  // What it draws besides, such as the time of a delay.
  RandomStream& random() { return random_; }

  // Called once for each thing that it could strike: whether it strikes this one.
  bool strikes(TimeNs now, const MessagePtr* message = nullptr);
  // It strikes, at its time.
  void strike(TimeNs now, const MessagePtr* message = nullptr);
  // What it has done lasts until then; it only grows.
  void lasts_until(TimeNs time_ns);

  std::uint64_t struck() const { return struck_; }
  // When the last of its effects was over; 0 when there was none.
  TimeNs last_ns() const { return last_ns_; }

 private:
  bool chooses();

  const Fault fault_;
  const std::size_t number_;
  RandomStream& random_;
  Sinks sinks_;
  std::int64_t counted_ = 0;  // what it could have struck
  std::uint64_t struck_ = 0;
  TimeNs last_ns_ = 0;
};

using PlantedFaults = std::vector<std::unique_ptr<PlantedFault>>;

// The purpose of each fault's random stream, in the order of `faults`.
std::vector<std::string> fault_streams(const std::vector<Fault>& faults);

}  // namespace dse
