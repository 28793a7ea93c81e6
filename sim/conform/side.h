// One of the two brokers that are compared, as a conformance case sees it: a broker that is empty at first.
#pragma once

#include <functional>
#include <memory>

#include "sim/conform/operation.h"
#include "sim/conform/outcome.h"

namespace dse {

class Side {
 public:
  virtual ~Side() = default;

  // Does the operation and returns what follows from it.
  virtual Outcome perform(const Operation& operation) = 0;
  // Adds to the outcome of the last operation what has followed from it since. Only a side that cannot be
  // certain that nothing more will follow needs this.
  virtual void look_again(Outcome& /*outcome*/) {}
};

using MakeSide = std::function<std::unique_ptr<Side>()>;

}  // namespace dse
