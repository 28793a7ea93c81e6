// Copies what is written to each resource's exchange, for a test to read.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dse/observer.h"

namespace dse {

class Tap : public Observer {
 public:
  void on_event(const RunEvent& event) override {
    const bool written = event.code == EventCode::kPublished || event.code == EventCode::kUnroutable ||
                         event.code == EventCode::kReturned;
    if (written) messages_[std::string(event.resource())].push_back(*event.message);
  }
  // Returns what has come since the last call.
  std::vector<MessagePtr> take(const std::string& resource) {
    return std::exchange(messages_[resource], std::vector<MessagePtr>());
  }

 private:
  std::map<std::string, std::vector<MessagePtr>> messages_;  // by resource
};

}  // namespace dse
