#include "wire/wire_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace dse::wire {
namespace {

// What Erlang calls printable: Latin-1 without most control characters.
bool is_printable_latin1(char byte) {
  const auto code = static_cast<unsigned char>(byte);
  return (code >= 32 && code <= 126) || code >= 160 || (code >= 8 && code <= 13) || code == 27;
}

void append_escaped(char byte, std::string& text) {
  constexpr std::string_view kEscaped = "\b\t\n\v\f\r\x1b\"\\";
  constexpr std::string_view kLetters = "btnvfre\"\\";
  const std::size_t at = kEscaped.find(byte);
  if (at == std::string_view::npos) {
    text += byte;
  } else {
    text += '\\';
    text += kLetters[at];
  }
}

}  // namespace

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

std::string reply_text(ReplyCode code, std::string_view explanation) {
  std::string text(name_of(code));
  if (!explanation.empty()) text.append(" - ").append(explanation);
  constexpr std::string_view kDots = "...";
  if (text.size() > kTextBytesMax) {
    text.resize(kTextBytesMax - kDots.size());
    text += kDots;
  }
  return text;
}

WireError::WireError(ReplyCode code, std::string_view explanation, MethodId cause)
    : std::runtime_error(reply_text(code, explanation)), code_(code), cause_(cause) {}

std::string byte_list(std::string_view bytes) {
  std::string text = "<<";
  for (const char byte : bytes) {
    if (text.size() > 2) text += ',';
    fmt::format_to(std::back_inserter(text), "{}", static_cast<unsigned char>(byte));
  }
  return text += ">>";
}

std::string byte_list_or_text(std::string_view bytes) {
  if (bytes.empty() || !std::all_of(bytes.begin(), bytes.end(), is_printable_latin1)) return byte_list(bytes);
  std::string text = "<<\"";
  for (const char byte : bytes) append_escaped(byte, text);
  return text += "\">>";
}

}  // namespace dse::wire
