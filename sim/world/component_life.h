// What a world knows about a component that ends before the run does, or comes back after a crash.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dse/app.h"
#include "dse/time.h"

namespace dse {

struct ComponentLife {
  bool stopped = false;
  bool finished = false;       // its app has been told, when it stopped
  std::uint64_t restarts = 0;  // so far
  TimeNs started_ns = 0;       // when its program last started

  // How many of its crashed programs the bus does not yet know to have ended.
  std::size_t ends_under_way = 0;

  std::optional<TimeNs> next_checkpoint_ns = {};
  bool checkpoint_due = false;  // it is kept as soon as no message is being handled
  bool settled_any = false;     // since the last checkpoint
  std::optional<std::string> checkpoint = {};
  // Messages that its app has learned since the last checkpoint, or since it started, and that are settled.
  std::uint64_t learned_since = 0;
  std::uint64_t forgotten = 0;  // the same, over all crashes after which it started again

  std::vector<LearnedState> earlier_states = {};  // what its crashed apps noted
};

}  // namespace dse
