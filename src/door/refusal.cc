#include "door/refusal.h"

#include <fmt/format.h>

namespace dse {

std::string_view name_of(ReplyCode code) {
  switch (code) {
    case ReplyCode::kNoRoute:
      return "NO_ROUTE";
    case ReplyCode::kConnectionForced:
      return "CONNECTION_FORCED";
    case ReplyCode::kAccessRefused:
      return "ACCESS_REFUSED";
    case ReplyCode::kNotFound:
      return "NOT_FOUND";
    case ReplyCode::kResourceLocked:
      return "RESOURCE_LOCKED";
    case ReplyCode::kPreconditionFailed:
      return "PRECONDITION_FAILED";
    case ReplyCode::kFrameError:
      return "FRAME_ERROR";
    case ReplyCode::kSyntaxError:
      return "SYNTAX_ERROR";
    case ReplyCode::kCommandInvalid:
      return "COMMAND_INVALID";
    case ReplyCode::kChannelError:
      return "CHANNEL_ERROR";
    case ReplyCode::kUnexpectedFrame:
      return "UNEXPECTED_FRAME";
    case ReplyCode::kResourceError:
      return "RESOURCE_ERROR";
    case ReplyCode::kNotAllowed:
      return "NOT_ALLOWED";
    case ReplyCode::kNotImplemented:
      return "NOT_IMPLEMENTED";
    case ReplyCode::kInternalError:
      break;
  }
  return "INTERNAL_ERROR";
}

Refusal::Refusal(ReplyCode code, std::string_view explanation)
    : code_(static_cast<std::uint16_t>(code)), text_(fmt::format("{} - {}", name_of(code), explanation)) {
  constexpr std::size_t kTextMax = 255;
  if (text_.size() > kTextMax) text_.resize(kTextMax);
}

}  // namespace dse
