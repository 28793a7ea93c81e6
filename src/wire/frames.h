// Frames of AMQP 0-9-1 (section 4.2.3): a type, a channel, the length of the payload, the payload, and an
// octet that ends them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dse/message.h"
#include "wire/method_codec.h"

namespace dse::wire {

enum class FrameType : std::uint8_t { kMethod = 1, kHeader = 2, kBody = 3, kHeartbeat = 8 };

inline constexpr std::size_t kFrameHeaderBytes = 7;
// What a frame is longer than its payload.
inline constexpr std::size_t kFrameOverheadBytes = kFrameHeaderBytes + 1;

struct WireFrame {
  std::uint8_t type = 0;  // a FrameType, if there is such a type
  std::uint16_t channel = 0;
  std::string_view payload;
};

// Takes frames off the front of bytes, which must outlive it and the frames.
class FrameReader {
 public:
  // A frame_max of 0 is no limit. As RabbitMQ does, it bounds the payload.
  FrameReader(std::string_view bytes, std::uint32_t frame_max) : rest_(bytes), frame_max_(frame_max) {}

  // The next frame; empty when its end is not there yet. Throws WireError (501) with RabbitMQ's text when it
  // is too long or does not end as it should.
  std::optional<WireFrame> next();
  // What was not taken.
  std::string_view rest() const { return rest_; }
  void set_frame_max(std::uint32_t frame_max) { frame_max_ = frame_max; }

 private:
  std::string_view rest_;
  std::uint32_t frame_max_;
};

// As RabbitMQ shows a frame in a reply text: "type 3, first 16 octets = <<...>>".
std::string frame_snippet(const WireFrame& frame);

// Appends the beginning of a frame; what it returns is for end_frame(), after the payload.
std::size_t begin_frame(FrameType type, std::uint16_t channel, std::string& bytes);
void end_frame(std::size_t begin, std::string& bytes);

template <typename Method>
void append_method_frame(std::uint16_t channel, const Method& method, std::string& bytes) {
  const std::size_t begin = begin_frame(FrameType::kMethod, channel, bytes);
  encode(method, bytes);
  end_frame(begin, bytes);
}
void append_header_frame(std::uint16_t channel, const Message& message, std::string& bytes);
// Appends one body frame with as many bytes from the front of `body` as a frame of `frame_max` bytes holds;
// returns how many these are. A frame_max of 0 is no limit.
std::size_t append_body_frame(std::uint16_t channel, std::span<const std::byte> body, std::uint32_t frame_max,
                              std::string& bytes);
// Appends the content header and all body frames of the message; none for an empty body.
void append_content_frames(std::uint16_t channel, const Message& message, std::uint32_t frame_max,
                           std::string& bytes);
void append_heartbeat_frame(std::string& bytes);

}  // namespace dse::wire
