#include "listener/reply_queue.h"

#include <utility>

#include "wire/frames.h"

namespace dse {
namespace {

// How much is made ahead of what the socket has taken: about what it takes at once.
constexpr std::size_t kAheadBytes = 64 * 1024;

// The reply as a confirm; nullptr when it is none of this channel.
const wire::BasicAck* confirm_in(const ClientReply& reply, std::uint16_t channel) {
  const auto* method = std::get_if<wire::ServerMethod>(&reply.what);
  return method == nullptr || reply.channel != channel ? nullptr : std::get_if<wire::BasicAck>(method);
}

}  // namespace

void ReplyQueue::push_bytes(std::string_view bytes) { bytes_.append(bytes); }

void ReplyQueue::push_heartbeat() { wire::append_heartbeat_frame(bytes_); }

std::string_view ReplyQueue::output() {
  if (begin_ == bytes_.size() && has_more()) buffers_.lend(bytes_);
  while (bytes_.size() - begin_ < kAheadBytes && has_more()) make_more();
  return std::string_view(bytes_).substr(begin_);
}

void ReplyQueue::written(std::size_t count) {
  begin_ += count;
  written_bytes_ += count;
  if (begin_ == bytes_.size()) {
    bytes_.clear();
    begin_ = 0;
    if (!has_more()) buffers_.take_back(bytes_);
  } else if (begin_ > kAheadBytes) {
    bytes_.erase(0, begin_);
    begin_ = 0;
  }
}

std::optional<std::uint64_t> ReplyQueue::take_mark() {
  // Marks that come first need nothing to be made for them.
  while (body_.empty() && !waiting_.empty() && std::holds_alternative<ClientMark>(waiting_.front().what))
    make_more();
  if (marks_.empty() || marks_.front().at_byte > written_bytes_) return std::nullopt;
  const std::uint64_t number = marks_.front().number;
  marks_.pop_front();
  return number;
}

void ReplyQueue::make_more() {
  if (!body_.empty()) {
    body_ = body_.subspan(wire::append_body_frame(content_channel_, body_, frame_max_, bytes_));
    if (body_.empty()) content_ = {};
    return;
  }
  const ClientReply reply = std::move(waiting_.front());
  waiting_.pop_front();
  if (const auto* mark = std::get_if<ClientMark>(&reply.what)) {
    marks_.push_back({mark->number, made_bytes()});
    return;
  }
  make_method(reply);
}

void ReplyQueue::make_method(const ClientReply& reply) {
  if (const wire::BasicAck* confirm = confirm_in(reply, reply.channel))
    return make_confirms(reply.channel, *confirm);
  const auto& method = std::get<wire::ServerMethod>(reply.what);
  if (const auto* refusal = std::get_if<wire::BasicNack>(&method)) {
    confirmed_[reply.channel].settle(refusal->multiple ? 1 : refusal->delivery_tag, refusal->delivery_tag);
  } else if (std::holds_alternative<wire::ChannelOpenOk>(method) ||
             std::holds_alternative<wire::ChannelCloseOk>(method)) {
    confirmed_.erase(reply.channel);
  }
  wire::append_method_frame(reply.channel, method, bytes_);
  if (!reply.content) return;
  wire::append_header_frame(reply.channel, *reply.content, bytes_);
  body_ = reply.content->payload().bytes();
  content_channel_ = reply.channel;
  if (!body_.empty()) content_ = reply.content;
}

void ReplyQueue::make_confirms(std::uint16_t channel, wire::BasicAck confirm) {
  const std::uint64_t first = confirm.multiple ? 1 : confirm.delivery_tag;
  std::uint64_t last = confirm.delivery_tag;
  while (!waiting_.empty()) {
    const wire::BasicAck* next = confirm_in(waiting_.front(), channel);
    if (next == nullptr || next->multiple || next->delivery_tag != last + 1) break;
    ++last;
    waiting_.pop_front();
  }
  const bool is_all_before = confirmed_[channel].settle(first, last);
  if (is_all_before || confirm.multiple) {
    const bool is_one = first == last && !confirm.multiple;
    wire::append_method_frame(channel, wire::BasicAck{.delivery_tag = last, .multiple = !is_one}, bytes_);
    return;
  }
  for (std::uint64_t tag = first; tag <= last; ++tag)
    wire::append_method_frame(channel, wire::BasicAck{.delivery_tag = tag}, bytes_);
}

}  // namespace dse
