// Messages that components refused because they cannot use them: counted, written to refused.csv,
// and reported to human readers. What a component's user may not do, and what clients of a listener are
// refused, is written there as well. Used by the deciding thread alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dse/message.h"
#include "dse/run_result.h"
#include "dse/time.h"
#include "sim/world/component_maker.h"

namespace dse {

struct Refusal {
  TimeNs time_ns = 0;
  const std::string& component;
  const std::string& queue;  // where the message came from
  const MessageFields& message;
  const std::string& reason;
};

class Refusals {
 public:
  // `warn` is called for the first message that each component refuses; it may be empty.
  Refusals(OpenLines open_lines, std::function<void(const std::string&)> warn);

  // Throws RunError when a line cannot be written.
  void add(const Refusal& refusal);

  // What the broker refuses the component. `queue` is the resource; the message has no id where none was
  // written.
  void add_denial(const Refusal& refusal) { write(refusal); }

  // What a client of a listener was told when its channel or its connection was closed; it is the component,
  // and there is no message. People are told of the first ones, and of a few of the others.
  void add_refusal_of_client(const Refusal& refusal);

  std::uint64_t count(const std::string& component) const;
  const std::map<std::string, RefusalCount>& counts() const { return counts_; }

 private:
  void write(const Refusal& refusal);

  OpenLines open_lines_;
  std::function<void(const std::string&)> warn_;
  LineSink lines_;  // opened for the first refusal
  std::map<std::string, RefusalCount> counts_;
  std::uint64_t of_clients_ = 0;
};

// One line for human readers about each component that refused something.
std::vector<std::string> refusal_warnings(const std::map<std::string, RefusalCount>& counts);

}  // namespace dse
