// A consumer that counts and keeps what was selectively routed to it.
#pragma once

#include <memory>

#include "kinds/consumer.h"

namespace dse {

Kind watch_kind();

// Keeps one line per message in NAME.csv: virtual time, ids, key, label, model, confidence, and the payload's
// hash.
std::shared_ptr<const Component> make_watch(ConsumerOptions options);

}  // namespace dse
