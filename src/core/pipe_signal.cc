#include "core/pipe_signal.h"

#include <ctime>

namespace dse {

NoPipeSignal::NoPipeSignal() {
  sigemptyset(&pipe_);
  sigaddset(&pipe_, SIGPIPE);
  sigset_t pending;
  sigpending(&pending);
  was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
}

NoPipeSignal::~NoPipeSignal() {
  constexpr timespec kNoTime{};
  if (!was_pending_) sigtimedwait(&pipe_, nullptr, &kNoTime);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace dse
