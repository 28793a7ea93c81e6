// A consumer that counts and keeps what was selectively routed to it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/app.h"

namespace dse {

struct WatchOptions {
  std::string from;
  std::uint32_t prefetch = 0;
  TimeNs service_ns = 0;  // virtual time that one message takes
};

// Keeps one CSV line a message: virtual time, ids, key, label, model, confidence, and the payload's hash.
class Watch : public App {
 public:
  Watch(WatchOptions options, LineSink sink);

  Program program() override;
  std::vector<Metric> metrics() const override;

 private:
  void keep(const Machine& machine, const Message& message);

  WatchOptions options_;
  LineSink sink_;
  std::string line_;  // reused
  std::uint64_t received_ = 0;
};

}  // namespace dse
