#include "sim/scenario/user_reader.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <stdexcept>

#include "access/name_pattern.h"
#include "core/printable.h"

namespace dse {
namespace {

constexpr std::size_t kShortStringBytesMax = 255;

std::string permission(TableReader& table, std::string_view key) {
  std::string pattern = table.text_or(key, "");
  check_permission(pattern, table.place(key));
  return pattern;
}

}  // namespace

void check_user_name(const std::string& name, const InputPlace& place) {
  if (!name.empty() && name.size() <= kShortStringBytesMax && is_utf8(name) && !has_control_characters(name))
    return;
  throw InputError(place, fmt::format("{} is no name of a user: expected 1 to {} bytes of UTF-8, without "
                                      "control characters",
                                      quoted_text(name), kShortStringBytesMax));
}

void check_permission(const std::string& pattern, const InputPlace& place) {
  try {
    NamePattern{pattern};
  } catch (const std::invalid_argument& wrong) {
    throw InputError(place, fmt::format("{} is no regular expression that RabbitMQ has for permissions: {}",
                                        quoted_text(pattern), wrong.what()));
  }
}

Permissions read_permissions(TableReader& table) {
  Permissions permissions{.configure = permission(table, "configure"),
                          .write = permission(table, "write"),
                          .read = permission(table, "read")};
  for (const auto& [exchange, node] : table.named_tables("topics")) {
    TableReader topic(*node, fmt::format("{}.topics.{}", table.place().key, exchange),
                      format_table("user").find("topics")->inner);
    if (exchange.size() > kShortStringBytesMax || has_control_characters(exchange)) {
      throw InputError(topic.place(), fmt::format("{} is no name of an exchange: expected up to {} bytes, "
                                                  "without control characters",
                                                  quoted_text(exchange), kShortStringBytesMax));
    }
    permissions.topics.push_back(
        {.exchange = exchange, .write = permission(topic, "write"), .read = permission(topic, "read")});
    topic.finish();
  }
  return permissions;
}

Permissions read_user(const std::string& name, const toml::table& node) {
  TableReader table(node, "user." + name, format_table("user"));
  check_user_name(name, table.place());
  Permissions permissions = read_permissions(table);
  table.finish();
  return permissions;
}

}  // namespace dse
