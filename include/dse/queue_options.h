// How a queue treats its messages: the arguments with which RabbitMQ 3.10 declares it, and their meaning
// there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dse/time.h"

namespace dse {

enum class QueueType { kClassic, kQuorum };

// What becomes of a message that finds the queue full.
//
//   drop-head           it is queued, and the first in the queue leaves
//   reject-publish      it is not queued, and its publisher gets a nack
//   reject-publish-dlx  likewise, and it is dead-lettered; a quorum queue drops the head instead, as
//   RabbitMQ's
enum class Overflow { kDropHead, kRejectPublish, kRejectPublishDlx };

// Where a queue sends what it gives up: messages that are rejected for good, expire, are dropped because the
// queue is full, or were returned too often.
struct DeadLetterTarget {
  std::string exchange = {};            // "": the default exchange
  std::optional<std::string> key = {};  // empty: the message's own routing keys
  bool operator==(const DeadLetterTarget&) const = default;
};

struct QueueOptions {
  QueueType type = QueueType::kClassic;
  std::optional<TimeNs> message_ttl_ns = {};          // x-message-ttl; whole milliseconds, from 0
  std::optional<TimeNs> expires_ns = {};              // x-expires; whole milliseconds, from 1
  std::optional<std::int64_t> max_length = {};        // x-max-length: messages that wait
  std::optional<std::int64_t> max_length_bytes = {};  // x-max-length-bytes: of their payloads
  Overflow overflow = Overflow::kDropHead;            // x-overflow
  std::optional<DeadLetterTarget> dead_letter = {};   // x-dead-letter-exchange, x-dead-letter-routing-key
  std::optional<std::int64_t> delivery_limit = {};    // x-delivery-limit; quorum only
  std::int64_t max_priority = 0;        // x-max-priority, to 255; classic only; 0: no priorities
  bool single_active_consumer = false;  // x-single-active-consumer
  bool auto_delete = false;             // removed when its last stream is closed; classic only
  bool exclusive = false;  // only one component streams it, and it is removed with that; classic only

  bool operator==(const QueueOptions&) const = default;
};

}  // namespace dse
