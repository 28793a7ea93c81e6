// Why a client's command is not done: a reply-code and a text, as RabbitMQ 3.10 answers it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "door/client_command.h"

namespace dse {

// The reply-codes of AMQP 0-9-1 (section 1.6) that a broker sends.
enum class ReplyCode : std::uint16_t {
  kNoRoute = 312,
  kConnectionForced = 320,
  kAccessRefused = 403,
  kNotFound = 404,
  kResourceLocked = 405,
  kPreconditionFailed = 406,
  kFrameError = 501,
  kSyntaxError = 502,
  kCommandInvalid = 503,
  kChannelError = 504,
  kUnexpectedFrame = 505,
  kResourceError = 506,
  kNotAllowed = 530,
  kNotImplemented = 540,
  kInternalError = 541,
};

// NOT_FOUND and so on.
std::string_view name_of(ReplyCode code);
// Whether such an error ends the connection; the others end the channel.
constexpr bool ends_connection(std::uint16_t code) { return code >= 500 || code == 320; }

// Thrown while a command is being done; nothing of the command has happened.
class Refusal {
 public:
  Refusal(ReplyCode code, std::string_view explanation);

  std::uint16_t code() const { return code_; }
  // "NOT_FOUND - no queue 'q' in vhost '/'", at most 255 bytes, which AMQP has room for.
  const std::string& text() const { return text_; }

 private:
  std::uint16_t code_;
  std::string text_;
};

}  // namespace dse
