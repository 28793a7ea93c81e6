// Why a client's command is not done: a reply-code and a text, as RabbitMQ 3.10 answers it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "wire/wire_error.h"

namespace dse {

using wire::ReplyCode;

// Whether such an error ends the connection; the others end the channel.
constexpr bool ends_connection(std::uint16_t code) { return code >= 500 || code == 320; }

// Thrown while a command is being done; nothing of the command has happened, unless it is a publication that
// one of its queues has no room for.
class ClientRefusal {
 public:
  ClientRefusal(ReplyCode code, std::string_view explanation)
      : code_(static_cast<std::uint16_t>(code)), text_(wire::reply_text(code, explanation)) {}

  // Not permitted; AccessRules has the whole text.
  static ClientRefusal of_access(std::string text) {
    ClientRefusal refusal(ReplyCode::kAccessRefused, "");
    refusal.text_ = std::move(text);
    return refusal;
  }

  std::uint16_t code() const { return code_; }
  // "NOT_FOUND - no queue 'q' in vhost '/'", no longer than a short text.
  const std::string& text() const { return text_; }

 private:
  std::uint16_t code_;
  std::string text_;
};

}  // namespace dse
