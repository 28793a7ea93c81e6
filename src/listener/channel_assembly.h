// What comes on one channel of a client, frame by frame: methods, and content after those that have it
// (rabbit_command_assembler of RabbitMQ 3.10).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "door/client_command.h"
#include "listener/alive_bytes.h"
#include "wire/content_header.h"
#include "wire/frames.h"

namespace dse {

class ChannelAssembly {
 public:
  // Takes the next frame; returns what is complete with it. A body of more than `body_bytes_max` bytes fails
  // the channel, and is skipped. Throws WireError when the frame does not belong there.
  std::optional<ClientAction> take(const wire::WireFrame& frame, AliveBytes& alive,
                                   std::uint64_t body_bytes_max);

 private:
  enum class Expects : std::uint8_t { kMethod, kHeader, kBody, kSkippedBody };

  std::optional<ClientAction> take_method(std::string_view payload);
  std::optional<ClientAction> take_header(std::string_view payload, AliveBytes& alive,
                                          std::uint64_t body_bytes_max);
  std::optional<ClientAction> take_body(std::string_view payload);
  void skip_body(std::string_view payload);
  ClientAction publication();

  // A body that is being read; most are one frame.
  struct Content {
    wire::BasicPublish method;
    wire::ContentHeader header;
    AliveBytes::Share share;
    std::string body;
  };

  Expects expects_ = Expects::kMethod;
  std::unique_ptr<Content> content_;
  std::uint64_t missing_bytes_ = 0;
};

}  // namespace dse
