// What the thread that draws a LiveLine learns of a run, which another thread decides: it asks, and the run
// answers when it next comes by.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "sim/world/world.h"

namespace dse {

class RunProgress {
 public:
  // For World::run(): answers when it was asked. The world must outlive the sink.
  ProgressSink sink(const World& world);
  // Takes how far the run is now, asked or not. Only for the deciding thread.
  void look(const World& world);
  // The line, and asks for the next. Only for the thread that draws.
  std::string line(double seconds);

 private:
  struct Look {
    double seconds = 0;
    std::uint64_t deliveries = 0;
  };
  double messages_per_second(double seconds, std::uint64_t deliveries);

  std::atomic<bool> asked_ = true;
  std::mutex mutex_;
  std::optional<Glimpse> last_;
  // A ring of the last looks, whose first and last give the rate.
  std::array<Look, 16> looks_ = {};
  std::size_t count_ = 0;
};

}  // namespace dse
