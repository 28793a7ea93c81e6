#include "listener/channel_assembly.h"

#include <fmt/format.h>

#include <utility>

#include "wire/method_codec.h"

namespace dse {
namespace {

using wire::FrameType;
using wire::ReplyCode;
using wire::WireError;

bool is(const wire::WireFrame& frame, FrameType type) {
  return frame.type == static_cast<std::uint8_t>(type);
}

// What RabbitMQ does not even look into.
void check_frame(const wire::WireFrame& frame) {
  if (is(frame, FrameType::kHeartbeat) && frame.payload.empty())
    throw WireError(ReplyCode::kUnexpectedFrame, wire::frame_snippet(frame));
  constexpr std::size_t kMethodBytesMin = 4;
  constexpr std::size_t kHeaderBytesMin = 12;
  const bool is_one = (is(frame, FrameType::kMethod) && frame.payload.size() >= kMethodBytesMin) ||
                      (is(frame, FrameType::kHeader) && frame.payload.size() >= kHeaderBytesMin) ||
                      is(frame, FrameType::kBody);
  if (!is_one)
    throw WireError(ReplyCode::kFrameError, fmt::format("{}: unknown_frame", wire::frame_snippet(frame)));
}

}  // namespace

std::optional<ClientAction> ChannelAssembly::take(const wire::WireFrame& frame, AliveBytes& alive,
                                                  std::uint64_t body_bytes_max) {
  check_frame(frame);
  // A client that is told of its channel's end may break off a body that is skipped.
  if (expects_ == Expects::kSkippedBody && is(frame, FrameType::kMethod)) expects_ = Expects::kMethod;
  switch (expects_) {
    case Expects::kMethod:
      if (is(frame, FrameType::kMethod)) return take_method(frame.payload);
      throw WireError(ReplyCode::kUnexpectedFrame, "expected method frame, got non method frame instead");
    case Expects::kHeader:
      if (is(frame, FrameType::kHeader)) return take_header(frame.payload, alive, body_bytes_max);
      throw WireError(ReplyCode::kUnexpectedFrame,
                      "expected content header for class 60, got non content header frame instead",
                      wire::BasicPublish::kId);
    case Expects::kBody:
    case Expects::kSkippedBody:
      break;
  }
  if (!is(frame, FrameType::kBody)) {
    throw WireError(ReplyCode::kUnexpectedFrame, "expected content body, got non content body frame instead",
                    wire::BasicPublish::kId);
  }
  if (expects_ == Expects::kBody) return take_body(frame.payload);
  skip_body(frame.payload);
  return std::nullopt;
}

std::optional<ClientAction> ChannelAssembly::take_method(std::string_view payload) {
  wire::ClientMethod method = wire::decode_client_method(payload);
  auto* publish = std::get_if<wire::BasicPublish>(&method);
  if (publish == nullptr) return method;
  content_ = std::make_unique<Content>();
  content_->method = std::move(*publish);
  expects_ = Expects::kHeader;
  return std::nullopt;
}

std::optional<ClientAction> ChannelAssembly::take_header(std::string_view payload, AliveBytes& alive,
                                                         std::uint64_t body_bytes_max) {
  content_->header = wire::read_content_header(payload);
  missing_bytes_ = content_->header.body_bytes;
  if (missing_bytes_ > body_bytes_max) {
    expects_ = Expects::kSkippedBody;
    content_ = nullptr;
    return ClientFailed{
        .code = static_cast<std::uint16_t>(ReplyCode::kPreconditionFailed),
        .text = wire::reply_text(ReplyCode::kPreconditionFailed,
                                 fmt::format("message size {} is larger than configured max size {}",
                                             missing_bytes_, body_bytes_max)),
        .cause = wire::BasicPublish::kId};
  }
  // Headers take several times as much memory as bytes on the wire; and a message without any, its place in a
  // queue included, takes this.
  constexpr std::uint64_t kHeadersFactor = 8;
  constexpr std::uint64_t kMessageBytes = 512;
  content_->share = alive.reserve(kMessageBytes + missing_bytes_ + kHeadersFactor * payload.size());
  expects_ = Expects::kBody;
  if (missing_bytes_ == 0) return publication();
  return std::nullopt;
}

std::optional<ClientAction> ChannelAssembly::take_body(std::string_view payload) {
  // RabbitMQ 3.10 takes more than was announced and waits for the end of it for ever; later ones say this.
  if (payload.size() > missing_bytes_) {
    throw WireError(ReplyCode::kFrameError, "content body frame exceeds remaining content size",
                    wire::BasicPublish::kId);
  }
  content_->body.append(payload);
  missing_bytes_ -= payload.size();
  if (missing_bytes_ > 0) return std::nullopt;
  return publication();
}

void ChannelAssembly::skip_body(std::string_view payload) {
  missing_bytes_ -= std::min<std::uint64_t>(missing_bytes_, payload.size());
  if (missing_bytes_ == 0) expects_ = Expects::kMethod;
}

ClientAction ChannelAssembly::publication() {
  expects_ = Expects::kMethod;
  const std::unique_ptr<Content> content = std::move(content_);
  MessageFields fields = std::move(content->header.fields);
  fields.key = content->method.routing_key;
  fields.payload = AliveBytes::payload_of(std::move(content->body), std::move(content->share));
  return ClientPublication{.method = std::move(content->method), .message = make_message(std::move(fields))};
}

}  // namespace dse
