#include "listener/handshake.h"

#include <fmt/format.h>

#include <utility>

#include "listener/sasl_plain.h"
#include "listener/server_properties.h"
#include "wire/method_codec.h"

namespace dse {
namespace {

using wire::ReplyCode;
using wire::WireError;

constexpr std::uint32_t kFrameMaxMin = 4096;  // AMQP 0-9-1, section 1.4.2.6, frame-min-size

const HeaderTable* table_in(const Headers& headers, std::string_view name) {
  const HeaderValue* value = headers.find(name);
  return value == nullptr ? nullptr : std::get_if<HeaderTable>(value);
}

// As RabbitMQ takes it: the client may lower what it was offered, and 0, no limit, is higher.
void check_negotiated(std::string_view name, std::uint32_t value, std::uint32_t least, std::uint32_t most) {
  const bool is_low = value != 0 && value < least;
  if (!is_low && value != 0 && value <= most) return;
  throw WireError(
      ReplyCode::kNotAllowed,
      fmt::format("negotiated {} = {} is {} than the {} allowed value ({})", name, value,
                  is_low ? "lower" : "higher", is_low ? "minimum" : "maximum", is_low ? least : most),
      wire::ConnectionTune::kId);
}

}  // namespace

Handshake::Handshake(const SessionSettings& settings, const SessionPeer& peer, UserConnections& users)
    : settings_(settings), peer_(peer), users_(users) {
  tune_.frame_max = settings.limits.frame_max_before_login;
}

std::string_view Handshake::state_name() const {
  switch (step_) {
    case Step::kStart:
      return "starting";
    case Step::kLogin:
      return "securing";
    case Step::kTune:
      return "tuning";
    case Step::kOpen:
      return "opening";
    case Step::kDone:
      break;
  }
  return "running";
}

void Handshake::send_start(ReplyQueue& replies) const {
  replies.push(wire::ConnectionStart{.server_properties = server_properties(),
                                     .mechanisms = settings_.offers_external ? "PLAIN EXTERNAL" : "PLAIN"});
}

void Handshake::take(const wire::ClientMethod& method, ReplyQueue& replies) {
  if (const auto* start_ok = std::get_if<wire::ConnectionStartOk>(&method); start_ok && step_ == Step::kStart)
    return take_start_ok(*start_ok);
  if (const auto* tune_ok = std::get_if<wire::ConnectionTuneOk>(&method); tune_ok && step_ == Step::kTune)
    return take_tune_ok(*tune_ok);
  if (const auto* open = std::get_if<wire::ConnectionOpen>(&method); open && step_ == Step::kOpen) {
    take_open(*open);
    replies.push(wire::ConnectionOpenOk{});
    return;
  }
  throw WireError(ReplyCode::kChannelError,
                  fmt::format("unexpected method in connection state {}", state_name()), wire::id_of(method));
}

void Handshake::take_start_ok(const wire::ConnectionStartOk& method) {
  if (const HeaderTable* capabilities = table_in(method.client_properties, "capabilities"))
    capabilities_ = capabilities->entries();
  const HeaderValue* name = method.client_properties.find("connection_name");
  if (const auto* text = name == nullptr ? nullptr : std::get_if<std::string>(name)) client_name_ = *text;
  mechanism_ = method.mechanism;
  if (mechanism_ == "PLAIN") {
    std::optional<PlainResponse> response = parse_plain_response(method.response);
    if (!response) throw WireError(ReplyCode::kSyntaxError, "response invalid", method.kId);
    question_ = LoginQuestion{.user = std::move(response->user), .password = std::move(response->password)};
  } else if (mechanism_ == "EXTERNAL" && settings_.offers_external) {
    // A client without a certificate has no name, and no user is called "".
    question_ = LoginQuestion{.user = peer_.certificate_name.value_or("")};
  } else {
    throw WireError(ReplyCode::kCommandInvalid,
                    fmt::format("invalid authentication mechanism '{}'", mechanism_), method.kId);
  }
  step_ = Step::kLogin;
}

bool Handshake::answer(std::optional<Permissions> permissions, ReplyQueue& replies) {
  user_ = std::move(question_->user);
  question_.reset();
  if (permissions) {
    permissions_ = *std::move(permissions);
    step_ = Step::kTune;
    const ListenerLimits& limits = settings_.limits;
    replies.push(wire::ConnectionTune{
        .channel_max = limits.channel_max, .frame_max = limits.frame_max, .heartbeat = limits.heartbeat_s});
    return true;
  }
  if (has_capability("authentication_failure_close")) {
    replies.push(wire::ConnectionClose{
        .reply_code = static_cast<std::uint16_t>(ReplyCode::kAccessRefused),
        .reply_text = wire::reply_text(
            ReplyCode::kAccessRefused,
            fmt::format(
                "Login was refused using authentication mechanism {}. For details see the broker logfile.",
                mechanism_))});
  }
  return false;
}

void Handshake::take_tune_ok(const wire::ConnectionTuneOk& method) {
  const ListenerLimits& limits = settings_.limits;
  check_negotiated("frame_max", method.frame_max, kFrameMaxMin, limits.frame_max);
  check_negotiated("channel_max", method.channel_max, 1, limits.channel_max);
  tune_ = method;
  step_ = Step::kOpen;
}

void Handshake::take_open(const wire::ConnectionOpen& method) {
  if (method.virtual_host != settings_.virtual_host)
    throw WireError(ReplyCode::kNotAllowed, fmt::format("vhost {} not found", method.virtual_host),
                    method.kId);
  if (!users_.add(user_)) {
    throw WireError(ReplyCode::kNotAllowed,
                    fmt::format("connection refused for user '{}': user connection limit ({}) is reached",
                                user_, users_.most()),
                    method.kId);
  }
  step_ = Step::kDone;
}

bool Handshake::has_capability(std::string_view name) const {
  const HeaderValue* value = capabilities_.find(name);
  const auto* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
  return flag != nullptr && *flag;
}

ClientOpened Handshake::opened() const {
  return {.user = user_,
          .virtual_host = settings_.virtual_host,
          .name = client_name_.empty() ? peer_.name : fmt::format("{} ({})", client_name_, peer_.name),
          .permissions = permissions_,
          .channel_max = tune_.channel_max,
          .hears_cancellation = has_capability("consumer_cancel_notify")};
}

}  // namespace dse
