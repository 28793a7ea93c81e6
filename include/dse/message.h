// A message: immutable once made, and shared by counted references.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "dse/headers.h"
#include "dse/more_properties.h"
#include "dse/payload.h"
#include "dse/time.h"

namespace dse {

// The timestamp of a message that does not say when it was written.
inline constexpr TimeNs kNoTimestamp = -1;

// What a writer says about a message. `id` is unique in a run: "<component>-<number>".
struct MessageFields {
  Payload payload = {};
  std::string key = {};  // routing key: words joined by dots
  Headers headers = {};
  std::string id = {};
  std::string correlation_id = {};  // id of the message that this one answers; "" if none
  std::string app_id = {};          // the component that wrote it
  std::string content_type = {};
  TimeNs timestamp = kNoTimestamp;  // virtual time of writing
  OptionalProperties more = {};     // what few messages have: priority, expiration, reply_to and others
};

class MessagePtr;

class Message {
 public:
  const MessageFields& fields() const { return fields_; }
  const Payload& payload() const { return fields_.payload; }
  const std::string& key() const { return fields_.key; }
  const Headers& headers() const { return fields_.headers; }
  const std::string& id() const { return fields_.id; }
  const std::string& correlation_id() const { return fields_.correlation_id; }
  const std::string& app_id() const { return fields_.app_id; }
  const std::string& content_type() const { return fields_.content_type; }
  TimeNs timestamp() const { return fields_.timestamp; }

  // "" or empty when it says none.
  const std::string& content_encoding() const { return fields_.more->content_encoding; }
  std::optional<std::uint8_t> priority() const { return fields_.more->priority; }
  const std::string& reply_to() const { return fields_.more->reply_to; }
  const std::string& expiration() const { return fields_.more->expiration; }
  const std::string& type() const { return fields_.more->type; }
  const std::string& user_id() const { return fields_.more->user_id; }
  // 1 for a transient message, or empty: 2 (persistent) is what a message has that says nothing, and is kept
  // as nothing.
  std::optional<std::uint8_t> delivery_mode() const { return fields_.more->delivery_mode; }

  // When a message from outside enters this run, whatever its timestamp says; negative unless it was set. The
  // code that hands the message in sets it, before anything else has the message, and never from another
  // thread.
  TimeNs entered_ns() const { return entered_ns_; }
  void set_entered_ns(TimeNs time_ns) const { entered_ns_ = time_ns; }

  // XXH3 of the id and of the payload's bytes, computed once when the message is made.
  std::uint64_t id_hash() const { return id_hash_; }
  std::uint64_t payload_hash() const { return payload_hash_; }

 private:
  friend class MessagePtr;
  friend MessagePtr make_message(MessageFields&& fields);
  explicit Message(MessageFields&& fields);

  const MessageFields fields_;
  const std::uint64_t id_hash_;
  const std::uint64_t payload_hash_;
  mutable TimeNs entered_ns_ = -1;
  mutable std::atomic<std::uint32_t> references_{1};
};

MessagePtr make_message(MessageFields&& fields);

// A counted reference; may be held and dropped by any thread. Unlike std::shared_ptr it can travel as one
// machine word: release() gives the word, adopt() takes it back.
class MessagePtr {
 public:
  MessagePtr() = default;
  MessagePtr(const MessagePtr& other) : message_(other.message_) {
    if (message_ != nullptr) message_->references_.fetch_add(1, std::memory_order_relaxed);
  }
  MessagePtr(MessagePtr&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  MessagePtr& operator=(MessagePtr other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessagePtr() {
    if (message_ != nullptr) drop(message_);
  }

  // Takes over one reference that release() gave.
  static MessagePtr adopt(const Message* message) {
    MessagePtr result;
    result.message_ = message;
    return result;
  }
  // Gives up this reference without dropping it; somebody must adopt it.
  const Message* release() { return std::exchange(message_, nullptr); }

  const Message* get() const { return message_; }
  const Message& operator*() const { return *message_; }
  const Message* operator->() const { return message_; }
  explicit operator bool() const { return message_ != nullptr; }

 private:
  // Apart, so that a reference that holds nothing, as after a move, costs no call.
  [[gnu::noinline]] static void drop(const Message* message) {
    if (message->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete message;
  }

  const Message* message_ = nullptr;
};

}  // namespace dse
