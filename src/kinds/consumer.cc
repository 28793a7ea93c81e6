#include "kinds/consumer.h"

#include <utility>

namespace dse {

std::vector<KeyInfo> consumer_keys() {
  return {{.name = "from", .type = KeyType::kResource, .required = true, .meaning = "resource to stream"},
          {.name = "service",
           .type = KeyType::kDuration,
           .fallback = std::int64_t{0},
           .meaning = "virtual time that one message takes"}};
}

ConsumerOptions read_consumer(const KeyReader& keys) {
  std::string from = keys.text("from");
  return {.from = std::move(from), .service_ns = keys.duration("service")};
}

}  // namespace dse
