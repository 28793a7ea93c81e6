// What the built-in consumers have in common: they stream a resource, and each message takes them some time.
#pragma once

#include <string>
#include <vector>

#include "dse/component.h"
#include "dse/kind_table.h"

namespace dse {

struct ConsumerOptions {
  std::string from;
  TimeNs service_ns = 0;  // virtual time that one message takes
};

// The keys `from` and `service`.
std::vector<KeyInfo> consumer_keys();
ConsumerOptions read_consumer(const KeyReader& keys);

// A program that hands each message to `take`, and then waits for the time that it takes. A `take`
// of one pointer, with the time beside it, lies within the handler.
template <typename Take>
Program consume(const ConsumerOptions& options, std::uint32_t prefetch, Take take) {
  return {
      stream_resource(options.from, prefetch,
                      [take, service_ns = options.service_ns](Machine& machine, const MessagePtr& message) {
                        take(machine, message);
                        if (service_ns == 0) return machine.next();
                        machine.eval(after(service_ns));
                      })};
}

}  // namespace dse
