// Writing to pipes whose reader may be gone.
#pragma once

#include <csignal>

namespace dse {

// While this object lives, writing to a pipe whose reader has gone is an error of this thread (EPIPE), and
// does not end the process.
class NoPipeSignal {
 public:
  NoPipeSignal();
  ~NoPipeSignal();
  NoPipeSignal(const NoPipeSignal&) = delete;
  NoPipeSignal& operator=(const NoPipeSignal&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool was_pending_ = false;
};

}  // namespace dse
