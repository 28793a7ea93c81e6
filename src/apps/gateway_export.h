// The way out of the Data Bus: hands every message of a queue to somebody outside.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "apps/app.h"

namespace dse {

struct GatewayExportOptions {
  std::string from;  // the queue
  std::uint32_t prefetch = 0;
};

// Acknowledges each message as soon as it was handed over, so that what happens on the bus never depends on
// what becomes of it outside.
class GatewayExport : public App {
 public:
  using Sink = std::function<void(const MessagePtr& message)>;
  // Without a sink the messages are counted only.
  GatewayExport(GatewayExportOptions options, Sink sink)
      : options_(std::move(options)), sink_(std::move(sink)) {}

  Program program() override;
  // What becomes of a message outside, whoever takes it there knows.
  std::vector<Metric> metrics() const override {
    return {
        {"exported", static_cast<double>(exported_)}, {"nacked", 0}, {"republished", 0}, {"unroutable", 0}};
  }

 private:
  GatewayExportOptions options_;
  Sink sink_;
  std::uint64_t exported_ = 0;
};

}  // namespace dse
