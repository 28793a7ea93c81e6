// The replies of one connection on their way to its socket. Bytes are made of them only as fast as the socket
// takes them, so what waits for a slow client is references to messages, not copies.
//
// Confirms of a channel that follow each other become one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "door/client_reply.h"
#include "listener/buffer_pool.h"
#include "listener/confirmed_tags.h"

namespace dse {

class ReplyQueue {
 public:
  explicit ReplyQueue(BufferPool& buffers) : buffers_(buffers) {}

  void push(ClientReply&& reply) { waiting_.push_back(std::move(reply)); }
  // The same of a method on channel 0.
  void push(wire::ServerMethod&& method) { push(ClientReply{.what = std::move(method)}); }
  // Bytes that are no frame.
  void push_bytes(std::string_view bytes);
  void push_heartbeat();
  // Bodies are split by it. A frame_max of 0 is no limit.
  void set_frame_max(std::uint32_t frame_max) { frame_max_ = frame_max; }

  // Whether everything has been written.
  bool empty() const { return waiting_.empty() && body_.empty() && begin_ == bytes_.size(); }
  // How many replies are waiting, of which nothing has been made yet.
  std::size_t waiting() const { return waiting_.size(); }
  // What is to be written next; empty only when empty() is true.
  std::string_view output();
  // Notes that so many bytes of output() were written.
  void written(std::size_t count);
  // The number of the next mark before which everything has been written; empty when there is none.
  std::optional<std::uint64_t> take_mark();

 private:
  struct Mark {
    std::uint64_t number = 0;
    std::uint64_t at_byte = 0;
  };

  bool has_more() const { return !waiting_.empty() || !body_.empty(); }
  void make_more();
  void make_method(const ClientReply& reply);
  void make_confirms(std::uint16_t channel, wire::BasicAck confirm);
  std::uint64_t made_bytes() const { return written_bytes_ + bytes_.size() - begin_; }

  BufferPool& buffers_;
  std::uint32_t frame_max_ = 0;
  std::deque<ClientReply> waiting_;
  // The content of which frames are being made, and what is left of its body.
  MessagePtr content_;
  std::uint16_t content_channel_ = 0;
  std::span<const std::byte> body_;
  std::string bytes_;
  std::size_t begin_ = 0;  // what is before it in bytes_ has been written
  std::uint64_t written_bytes_ = 0;
  std::deque<Mark> marks_;
  std::map<std::uint16_t, ConfirmedTags> confirmed_;
};

}  // namespace dse
