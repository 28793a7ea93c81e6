#include "amqp/topology.h"

#include <fmt/format.h>

#include <algorithm>

#include "dse/hash.h"

namespace dse {
namespace {

// A headers exchange ignores names that begin with "x-" unless it is told otherwise, which RabbitMQ
// supports from 3.10 on; so this is used only where it matters.
std::string match_argument(const BindingSpec& binding) {
  const std::string match = binding.match == HeaderMatch::kAll ? "all" : "any";
  const bool names_x = std::any_of(binding.headers.begin(), binding.headers.end(),
                                   [](const Headers::Entry& entry) { return entry.first.starts_with("x-"); });
  return names_x ? match + "-with-x" : match;
}

}  // namespace

void assert_exchange(Connection& connection, ChannelNumber channel, const std::string& resource) {
  connection.declare_exchange(channel, resource, {.type = "topic"});
}

QueueInfo assert_queue(Connection& connection, ChannelNumber channel, const std::string& resource) {
  assert_exchange(connection, channel, resource);
  QueueInfo info = connection.declare_queue(channel, resource, {});
  connection.bind_queue(channel, {.source = resource, .destination = resource, .key = "#"});
  return info;
}

void assert_binding(Connection& connection, ChannelNumber channel, const BindingSpec& binding) {
  assert_exchange(connection, channel, binding.from);
  assert_queue(connection, channel, binding.to);
  if (binding.headers.empty()) {
    connection.bind_queue(channel, {.source = binding.from, .destination = binding.to, .key = binding.key});
    return;
  }
  const std::string companion = headers_exchange(binding);
  connection.declare_exchange(channel, companion, {.type = "headers"});
  connection.bind_exchange(channel, {.source = binding.from, .destination = companion, .key = binding.key});
  Headers arguments = binding.headers;
  arguments.set("x-match", match_argument(binding));
  connection.bind_queue(channel, {.source = companion, .destination = binding.to, .arguments = arguments});
}

std::string headers_exchange(const BindingSpec& binding) {
  constexpr std::size_t kBytesMax = 255;
  std::string name = fmt::format("{}|{}", binding.from, binding.key);
  if (name.size() <= kBytesMax) return name;
  const std::string hash = hex64(hash_text(name));
  name.resize(kBytesMax - hash.size() - 1);
  return fmt::format("{}|{}", name, hash);
}

}  // namespace dse
