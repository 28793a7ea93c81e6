#include "amqp/gateway.h"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <utility>

namespace dse {

Gateway::Gateway(Options options) : options_(std::move(options)) {
  if (!options_.exports.empty()) {
    publisher_ = std::make_unique<Publisher>(
        Publisher::Options{.connection = options_.connection,
                           .set_up =
                               [exports = options_.exports](Connection& connection, ChannelNumber channel) {
                                 for (const ExportRoute& route : exports)
                                   connection.declare_exchange(channel, route.exchange, {.type = "topic"});
                               },
                           .run = options_.run},
        bell_);
  }
  if (options_.imports.empty()) return;
  std::vector<Subscription> subscriptions;
  for (const ImportRoute& route : options_.imports) {
    subscriptions.push_back(subscription(route));
    recent_.emplace_back(kImportWindow);
  }
  consumer_ = std::make_unique<Consumer>(options_.connection, std::move(subscriptions), bell_);
}

Gateway::~Gateway() {
  consumer_.reset();
  try {
    std::optional<Connection> connection;
    for (const ImportRoute& route : options_.imports) {
      if (!route.queue.empty()) continue;
      if (!connection) connection.emplace(options_.connection);
      connection->delete_queue(connection->open_channel(), own_queue(route), {});
    }
  } catch (const std::exception&) {
    // The broker deletes them in time.
  }
}

std::string Gateway::own_queue(const ImportRoute& route) const {
  return fmt::format("dse.{}.{}", route.name, options_.run);
}

Subscription Gateway::subscription(const ImportRoute& route) const {
  Subscription result{.queue = route.queue.empty() ? own_queue(route) : route.queue,
                      .prefetch = route.prefetch};
  result.set_up = [route, queue = result.queue](Connection& connection, ChannelNumber channel) {
    if (!route.queue.empty()) return connection.declare_queue(channel, queue, {.passive = true}).name;
    constexpr std::int64_t kUnreadMillisecondsMax = 600'000;
    connection.declare_exchange(channel, route.exchange, {.type = "topic"});
    // One reader at a time: a new connection gets nothing before what an old one had, whose end the broker
    // may notice later, is back in its place.
    connection.declare_queue(
        channel, queue,
        {.arguments = {{"x-expires", kUnreadMillisecondsMax}, {"x-single-active-consumer", true}}});
    connection.bind_queue(channel, {.source = route.exchange, .destination = queue, .key = route.key});
    return queue;
  };
  return result;
}

void Gateway::write(std::size_t export_number, MessagePtr message) {
  publisher_->publish({.exchange = options_.exports[export_number].exchange, .message = std::move(message)});
}

std::vector<Imported> Gateway::take() {
  std::vector<Imported> taken;
  if (consumer_ == nullptr) return taken;
  for (Arrival& arrival : consumer_->take()) {
    const std::size_t import = arrival.tag.subscription;
    const std::uint64_t id_hash = arrival.id_hash();
    const bool is_new = id_hash == 0 || recent_[import].add(id_hash);
    ++(is_new ? imported_ : duplicates_);
    taken.push_back({.import = import,
                     .message = is_new ? make_message(std::move(arrival.message)) : MessagePtr(),
                     .tag = arrival.tag});
  }
  return taken;
}

void Gateway::check() const {
  if (publisher_ != nullptr) publisher_->check();
  if (consumer_ != nullptr) consumer_->check();
}

Gateway::Counts Gateway::counts() const {
  Counts counts{.imported = imported_, .duplicates = duplicates_};
  if (publisher_ != nullptr) {
    const Publisher::Counts published = publisher_->counts();
    counts.exported = published.published;
    counts.republished = published.republished;
    counts.unroutable = published.unroutable;
    const SessionState state = publisher_->state();
    counts.reconnects += state.reconnects;
    counts.problem = state.problem;
    if (published.blocked)
      counts.problem = fmt::format("the broker asks to wait ({})", published.blocked_reason);
  }
  if (consumer_ != nullptr) {
    const SessionState state = consumer_->state();
    counts.reconnects += state.reconnects;
    if (counts.problem.empty()) counts.problem = state.problem;
  }
  return counts;
}

}  // namespace dse
