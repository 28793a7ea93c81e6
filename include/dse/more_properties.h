// Basic properties of AMQP 0-9-1 that few messages have. A message without any pays for one pointer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/hash.h"

namespace dse {

// An empty text is one that the message does not have.
struct MoreProperties {
  std::string content_encoding = {};
  std::string reply_to = {};
  // Milliseconds after which the message may be dropped, as text: see why_refused() and expiration_ms().
  std::string expiration = {};
  std::string type = {};
  // Who wrote it. A broker vouches for this only while the message travels as its user's own.
  std::string user_id = {};
  std::optional<std::uint8_t> priority = {};
  std::optional<std::uint8_t> delivery_mode = {};  // 1: transient, 2: persistent, as is a message without it
  // Routing keys that only a broker knows, once it has taken off the header BCC; in no form of the message.
  std::vector<std::string> blind_keys = {};
  // The property list of the content header (AMQP 0-9-1, section 4.2.6.1) as the client of a listener
  // published it, so that other clients get it so; "" for a message that no client published. In no form of
  // the message: what it says is in the other members, and what differs here alone is equal.
  std::string as_published = {};
  // What is no longer as it was published: some of the bits below.
  std::uint8_t changed = 0;

  static constexpr std::uint8_t kHeadersChanged = 1;
  static constexpr std::uint8_t kExpirationChanged = 2;
  static constexpr std::uint8_t kReplyToChanged = 4;

  bool operator==(const MoreProperties& other) const;
};

// MoreProperties, or none, in the size of a pointer.
class OptionalProperties {
 public:
  OptionalProperties() = default;
  OptionalProperties(MoreProperties properties);  // not explicit: `.more = MoreProperties{.priority = 5}`
  OptionalProperties(const OptionalProperties& other);
  OptionalProperties(OptionalProperties&&) noexcept = default;
  OptionalProperties& operator=(OptionalProperties other) noexcept;

  // All empty when there are none.
  const MoreProperties& operator*() const { return properties_ == nullptr ? kNone : *properties_; }
  const MoreProperties* operator->() const { return &**this; }
  // Makes them when there are none.
  MoreProperties& edit();
  bool empty() const { return **this == kNone; }
  // Whether there may be some; costs less than empty().
  bool any() const { return properties_ != nullptr; }
  bool operator==(const OptionalProperties& other) const { return **this == *other; }

  // Notes that properties of a message are no longer as a client published them: bits of MoreProperties. Does
  // nothing to a message that no client published.
  void note_changed(std::uint8_t bits) {
    if (properties_ != nullptr && !properties_->as_published.empty()) properties_->changed |= bits;
  }

  // Persistent becomes nothing, and properties that are all empty become none.
  void normalise() {
    if (properties_ != nullptr) normalise_those();
  }

 private:
  static const MoreProperties kNone;
  void normalise_those();

  std::unique_ptr<MoreProperties> properties_;
};

void add_to_hash(Hasher& hasher, const MoreProperties& properties);

// Why RabbitMQ, and so everything here, refuses a message with these properties, for human readers; "" when
// it does not.
std::string why_refused(const MoreProperties& properties);
// The milliseconds of an expiration that is not refused; empty when it says none.
std::optional<std::int64_t> expiration_ms(std::string_view expiration);

}  // namespace dse
