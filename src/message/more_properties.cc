#include "dse/more_properties.h"

#include <fmt/format.h>

#include <charconv>
#include <tuple>
#include <utility>

#include "core/printable.h"

namespace dse {
namespace {

constexpr std::uint8_t kTransient = 1;
constexpr std::uint8_t kPersistent = 2;
// Ten years: the most that RabbitMQ takes.
constexpr std::int64_t kExpirationMsMax = 315'360'000'000;
// The name by which a client has itself answered directly, once it consumes from it.
constexpr std::string_view kDirectReplyTo = "amq.rabbitmq.reply-to";

// An integer with or without a sign, as Erlang reads it; empty when the text is anything else.
std::optional<std::int64_t> integer(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || rest != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

bool MoreProperties::operator==(const MoreProperties& other) const {
  const auto compared = [](const MoreProperties& each) {
    return std::tie(each.content_encoding, each.reply_to, each.expiration, each.type, each.user_id,
                    each.priority, each.delivery_mode, each.blind_keys);
  };
  return compared(*this) == compared(other);
}

const MoreProperties OptionalProperties::kNone = {};

OptionalProperties::OptionalProperties(MoreProperties properties)
    : properties_(std::make_unique<MoreProperties>(std::move(properties))) {}

OptionalProperties::OptionalProperties(const OptionalProperties& other)
    : properties_(other.properties_ == nullptr ? nullptr
                                               : std::make_unique<MoreProperties>(*other.properties_)) {}

OptionalProperties& OptionalProperties::operator=(OptionalProperties other) noexcept {
  std::swap(properties_, other.properties_);
  return *this;
}

MoreProperties& OptionalProperties::edit() {
  if (properties_ == nullptr) properties_ = std::make_unique<MoreProperties>();
  return *properties_;
}

void OptionalProperties::normalise_those() {
  if (properties_->delivery_mode == kPersistent) properties_->delivery_mode.reset();
  if (properties_->as_published.empty() && *properties_ == kNone) properties_.reset();
}

void add_to_hash(Hasher& hasher, const MoreProperties& properties) {
  for (const std::string* text : {&properties.content_encoding, &properties.reply_to, &properties.expiration,
                                  &properties.type, &properties.user_id}) {
    hasher.add(std::string_view(*text));
  }
  hasher.add_i64(properties.priority ? *properties.priority : -1);
  hasher.add_i64(properties.delivery_mode ? *properties.delivery_mode : -1);
}

std::string why_refused(const MoreProperties& properties) {
  if (!properties.expiration.empty() && !expiration_ms(properties.expiration)) {
    return fmt::format("its expiration is {:.60}: expected whole milliseconds as text, from 0 to {}",
                       quoted_text(properties.expiration), kExpirationMsMax);
  }
  const std::uint8_t mode = properties.delivery_mode.value_or(kPersistent);
  if (mode != kTransient && mode != kPersistent) {
    return fmt::format("its delivery_mode is {}: expected {} (transient) or {} (persistent)", mode,
                       kTransient, kPersistent);
  }
  if (properties.reply_to == kDirectReplyTo) {
    return fmt::format("its reply_to is {}, which only a client may use that consumes from it: name a queue",
                       quoted_text(kDirectReplyTo));
  }
  return "";
}

std::optional<std::int64_t> expiration_ms(std::string_view expiration) {
  const std::optional<std::int64_t> value = integer(expiration);
  return value && *value >= 0 && *value <= kExpirationMsMax ? value : std::nullopt;
}

}  // namespace dse
