// One of the two brokers that are compared, as a conformance case sees it: a broker with nothing in it.
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
  // Adds to the outcome of the last operation what has come of it since. Only of a side that cannot tell for
  // certain that no more comes.
  virtual void look_again(Outcome& /*outcome*/) {}
};

using MakeSide = std::function<std::unique_ptr<Side>()>;

}  // namespace dse
