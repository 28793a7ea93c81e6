// How many messages one component has written to each exchange and got from its queue. Owned by the deciding
// thread.
#pragma once

#include <cstdint>
#include <vector>

#include "dse/index.h"

namespace dse {

class Traffic {
 public:
  // To one exchange.
  struct Written {
    ResourceIndex exchange;
    std::uint64_t messages = 0;
    std::uint64_t unroutable = 0;
  };

  void note_delivered() { ++delivered_; }
  void note_written(ResourceIndex exchange, bool routed) {
    Written& written = to(exchange);
    ++written.messages;
    if (!routed) ++written.unroutable;
  }

  std::uint64_t delivered() const { return delivered_; }
  // In the order in which it first wrote to them.
  const std::vector<Written>& written() const { return written_; }

 private:
  // A component writes to few exchanges.
  Written& to(ResourceIndex exchange) {
    for (Written& one : written_) {
      if (one.exchange == exchange) return one;
    }
    return written_.emplace_back(Written{.exchange = exchange});
  }

  std::uint64_t delivered_ = 0;
  std::vector<Written> written_;
};

}  // namespace dse
