// What a peer sent breaks the protocol, with the reply code and text that it is to be told.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "wire/methods.h"

namespace dse::wire {

// The reply codes that RabbitMQ uses (AMQP 0-9-1, section 1.2, and amqp-rabbitmq-0.9.1.xml).
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
  kInternalError = 541
};

// "FRAME_ERROR", say, as RabbitMQ writes it at the beginning of a reply text.
std::string_view name_of(ReplyCode code);
// "FRAME_ERROR - <explanation>", or the name alone when there is none; cut with dots, as RabbitMQ does, to
// what a short text holds.
std::string reply_text(ReplyCode code, std::string_view explanation);

// The most bytes of a short text (AMQP 0-9-1, section 4.2.5.3).
inline constexpr std::size_t kTextBytesMax = 255;

// what() is the whole reply text.
class WireError : public std::runtime_error {
 public:
  WireError(ReplyCode code, std::string_view explanation, MethodId cause = {});

  std::uint16_t code() const { return static_cast<std::uint16_t>(code_); }
  // The method that was wrong; zeros when it was none.
  MethodId cause() const { return cause_; }

 private:
  ReplyCode code_;
  MethodId cause_;
};

// Bytes as RabbitMQ shows them in a reply text, which are the forms of Erlang: <<1,2,3>>.
std::string byte_list(std::string_view bytes);
// The same, but <<"text">> when all of them are printable.
std::string byte_list_or_text(std::string_view bytes);

}  // namespace dse::wire
