// What an attached run is joined to: a gateway to a real broker, or a listener with its clients. The thread
// that runs the world calls all of this, and no call waits for a socket.
#pragma once

#include "sim/attach/intake.h"

namespace dse {

class Front {
 public:
  virtual ~Front() = default;

  // Throws what has ended it.
  virtual void check() const = 0;
  // Hands in what has arrived. False when it has left something for the next turn, because the world still
  // has enough to do.
  virtual bool take(Intake& intake) = 0;
  // Tells the outside what came of it. What has been handed in by now is safe in the capture.
  virtual void settle(Intake& intake) = 0;
  // Whether settle() has something to do once the capture is flushed.
  virtual bool has_to_settle(Intake& intake) = 0;
  // Whether something may come in at any time.
  virtual bool takes() const = 0;
};

}  // namespace dse
