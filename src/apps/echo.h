// A consumer that prints each message and its label.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "apps/app.h"

namespace dse {

struct EchoOptions {
  std::string from;
  std::uint32_t prefetch = 0;
  TimeNs service_ns = 0;  // virtual time that one message takes
};

// A line a message: virtual time in seconds, id, label ("-" without one), routing key, payload's bytes.
class Echo : public App {
 public:
  Echo(EchoOptions options, LineSink sink);

  Program program() override;
  std::vector<Metric> metrics() const override;

 private:
  EchoOptions options_;
  LineSink sink_;
  std::uint64_t received_ = 0;
};

}  // namespace dse
