#include "wire/frames.h"

#include <fmt/format.h>

#include <algorithm>

#include "wire/content_header.h"
#include "wire/wire_bytes.h"

namespace dse::wire {
namespace {

constexpr char kFrameEnd = '\xce';

[[noreturn]] void throw_frame_error(const WireFrame& frame, const std::string& error) {
  throw WireError(ReplyCode::kFrameError, fmt::format("{}: {}", frame_snippet(frame), error));
}

}  // namespace

std::optional<WireFrame> FrameReader::next() {
  if (rest_.size() < kFrameHeaderBytes) return std::nullopt;
  WireReader header(rest_);
  WireFrame frame;
  frame.type = header.number<std::uint8_t>();
  frame.channel = header.number<std::uint16_t>();
  const auto size = header.number<std::uint32_t>();
  if (frame_max_ != 0 && size > frame_max_) {
    throw_frame_error(frame,
                      fmt::format("{{frame_too_large,{},{}}}", size, frame_max_ - kFrameOverheadBytes));
  }
  if (rest_.size() - kFrameHeaderBytes <= size) return std::nullopt;
  frame.payload = header.take(size);
  if (header.rest().front() != kFrameEnd) {
    const auto end = static_cast<unsigned char>(header.rest().front());
    throw_frame_error(frame, fmt::format("{{invalid_frame_end_marker,{}}}", end));
  }
  rest_ = header.rest().substr(1);
  return frame;
}

std::string frame_snippet(const WireFrame& frame) {
  constexpr std::size_t kShown = 16;
  return fmt::format("type {}, {} octets = {}", frame.type,
                     frame.payload.size() <= kShown ? "all" : "first 16",
                     byte_list_or_text(frame.payload.substr(0, kShown)));
}

std::size_t begin_frame(FrameType type, std::uint16_t channel, std::string& bytes) {
  WireWriter writer(bytes);
  writer.number(static_cast<std::uint8_t>(type));
  writer.number(channel);
  return writer.begin_length();
}

void end_frame(std::size_t begin, std::string& bytes) {
  WireWriter(bytes).end_length(begin);
  bytes += kFrameEnd;
}

void append_header_frame(std::uint16_t channel, const Message& message, std::string& bytes) {
  const std::size_t begin = begin_frame(FrameType::kHeader, channel, bytes);
  write_content_header(message, bytes);
  end_frame(begin, bytes);
}

std::size_t append_body_frame(std::uint16_t channel, std::span<const std::byte> body, std::uint32_t frame_max,
                              std::string& bytes) {
  const std::size_t most = frame_max == 0 ? body.size() : frame_max - kFrameOverheadBytes;
  const std::span<const std::byte> part = body.first(std::min(body.size(), most));
  const std::size_t begin = begin_frame(FrameType::kBody, channel, bytes);
  bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
  end_frame(begin, bytes);
  return part.size();
}

void append_content_frames(std::uint16_t channel, const Message& message, std::uint32_t frame_max,
                           std::string& bytes) {
  append_header_frame(channel, message, bytes);
  std::span<const std::byte> body = message.payload().bytes();
  while (!body.empty()) body = body.subspan(append_body_frame(channel, body, frame_max, bytes));
}

void append_heartbeat_frame(std::string& bytes) {
  end_frame(begin_frame(FrameType::kHeartbeat, 0, bytes), bytes);
}

}  // namespace dse::wire
