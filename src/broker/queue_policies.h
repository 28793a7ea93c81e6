// What a queue with options keeps besides its messages.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "dse/index.h"
#include "dse/queue_options.h"
#include "dse/time.h"

namespace dse {

inline constexpr TimeNs kNeverNs = INT64_MAX;

using StreamIndex = Index<struct StreamKind>;
// The broker's number for a channel on which messages are published.
using PublisherIndex = Index<struct PublisherKind>;

class QueuePolicies {
 public:
  explicit QueuePolicies(QueueOptions options) : options_(std::move(options)) {}

  const QueueOptions& options() const { return options_; }
  bool quorum() const { return options_.type == QueueType::kQuorum; }

  // Whether so many messages with so many bytes are more than the queue may hold.
  bool over_limit(std::size_t depth, std::size_t bytes) const {
    return (options_.max_length && depth > static_cast<std::size_t>(*options_.max_length)) ||
           (options_.max_length_bytes && bytes > static_cast<std::size_t>(*options_.max_length_bytes));
  }
  // Whether a quorum queue that has refused messages takes them again: at four fifths of its limits
  // (rabbit_fifo: is_below_soft_limit).
  bool below_soft_limit(std::size_t depth, std::size_t bytes) const;

  // The streams in the order in which they were opened, for a queue with a single active consumer: the first
  // is the active one.
  std::vector<StreamIndex> single_active = {};

  // When the broker looks at this queue next; kNeverNs: at no time.
  TimeNs look_ns = kNeverNs;
  // When it is removed if nobody has used it by then; kNeverNs: never.
  TimeNs removed_ns = kNeverNs;

  // A quorum queue that rejects when it is full tells its publishers, who then no longer publish until it
  // tells them to go on (rabbit_fifo_client): which publishers it knows, and whether each holds back.
  std::map<PublisherIndex, bool> holds_back = {};
  bool was_below_soft_limit = true;

 private:
  QueueOptions options_;
};

}  // namespace dse
