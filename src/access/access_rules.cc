#include "access/access_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dse {
namespace {

constexpr std::string_view kNothing = "^$";
constexpr std::string_view kDefaultExchange = "amq.default";
constexpr std::size_t kReplyTextBytesMax = 255;  // a short string of AMQP

NamePattern compiled(std::string_view permission, std::string_view pattern) {
  try {
    return NamePattern(pattern.empty() ? kNothing : pattern);
  } catch (const std::invalid_argument& wrong) {
    throw std::invalid_argument(fmt::format("{} is no regular expression: {}", permission, wrong.what()));
  }
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string_view name_of_exchange(std::string_view name) { return name.empty() ? kDefaultExchange : name; }

std::string reply_text(std::string text) {
  constexpr std::string_view kDots = "...";
  if (text.size() <= kReplyTextBytesMax) return text;
  text.resize(kReplyTextBytesMax - kDots.size());
  return text.append(kDots);
}

}  // namespace

AccessRules::AccessRules(const Permissions& permissions, AccessSubject subject)
    : subject_(std::move(subject)),
      configure_(compiled("configure", permissions.configure)),
      write_(compiled("write", permissions.write)),
      read_(compiled("read", permissions.read)) {
  for (const TopicPermissions& one : permissions.topics) {
    compiled(fmt::format("write of the topics of '{}'", one.exchange), one.write);
    compiled(fmt::format("read of the topics of '{}'", one.exchange), one.read);
    topics_.push_back({.exchange = one.exchange, .write = expanded(one.write), .read = expanded(one.read)});
  }
}

// RabbitMQ replaces one variable after the other, in the order of their names, so that a user called {vhost}
// gets the name of the virtual host.
AccessRules::Pattern AccessRules::expanded(std::string pattern) const {
  replace_all(pattern, "{username}", subject_.user);
  replace_all(pattern, "{vhost}", subject_.virtual_host);
  try {
    return NamePattern(pattern.empty() ? kNothing : pattern);
  } catch (const std::invalid_argument&) {
    return std::nullopt;
  }
}

bool AccessRules::matches(const Pattern& pattern, std::string_view text) {
  return pattern && pattern->matches(text);
}

bool AccessRules::permits(const Pattern& pattern, std::string_view name) {
  return matches(pattern, name_of_exchange(name));
}

const AccessRules::TopicRule* AccessRules::find_topic(std::string_view exchange) const {
  const auto found = std::find_if(topics_.begin(), topics_.end(),
                                  [exchange](const TopicRule& rule) { return rule.exchange == exchange; });
  return found == topics_.end() ? nullptr : &*found;
}

bool AccessRules::may_write_topic(std::string_view exchange, std::string_view key) const {
  const TopicRule* rule = find_topic(exchange);
  return rule == nullptr || matches(rule->write, key);
}

bool AccessRules::may_read_topic(std::string_view exchange, std::string_view key) const {
  const TopicRule* rule = find_topic(exchange);
  return rule == nullptr || matches(rule->read, key);
}

std::string AccessRules::exchange_refusal(std::string_view name) const {
  return reply_text(
      fmt::format("ACCESS_REFUSED - access to exchange '{}' in vhost '{}' refused for user '{}'",
                  name_of_exchange(name), subject_.virtual_host, subject_.user));
}

std::string AccessRules::queue_refusal(std::string_view name) const {
  return reply_text(fmt::format("ACCESS_REFUSED - access to queue '{}' in vhost '{}' refused for user '{}'",
                                name, subject_.virtual_host, subject_.user));
}

std::string AccessRules::topic_refusal(std::string_view exchange, std::string_view key) const {
  return reply_text(fmt::format(
      "ACCESS_REFUSED - access to topic '{}' in exchange '{}' in vhost '{}' refused for user '{}'", key,
      exchange, subject_.virtual_host, subject_.user));
}

}  // namespace dse
