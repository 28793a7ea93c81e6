// The way into the Data Bus: writes every message that is handed in from outside.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "apps/app.h"

namespace dse {

// Messages are written as they are handed in: id, app_id, timestamp and all else stay what they were outside.
class GatewayImport : public App {
 public:
  explicit GatewayImport(std::string to) : to_(std::move(to)) {}

  Program program() override;
  // What came a second time is dropped before it comes here: of that, whoever brings the messages knows.
  std::vector<Metric> metrics() const override {
    return {{"imported", static_cast<double>(imported_)}, {"duplicates", 0}};
  }

 private:
  Step next_message();

  std::string to_;
  std::uint64_t imported_ = 0;
};

}  // namespace dse
