#include "amqp/gateway.h"

#include <fmt/format.h>

#include <exception>
#include <optional>
#include <utility>

#include "amqp/connect.h"
#include "amqp/topology.h"

namespace dse {
namespace {

// How long the deletion of our own queues may take; the second holds once the user has interrupted.
constexpr std::chrono::seconds kDeleteMax{10};
constexpr std::chrono::seconds kDeleteInAHurryMax{1};

// One that is there may be of any type, and have any arguments.
void provide_exchange(Connection& connection, ChannelNumber channel, const std::string& name) {
  if (!has_exchange(connection, name)) assert_exchange(connection, channel, name);
}

}  // namespace

Gateway::Gateway(Options options) : options_(std::move(options)), notifier_(*options_.connection.clock) {
  if (!options_.exports.empty()) {
    publisher_ = std::make_unique<Publisher>(
        Publisher::Options{.connection = options_.connection,
                           .set_up =
                               [exports = options_.exports](Connection& connection, ChannelNumber channel) {
                                 for (const ExportRoute& route : exports)
                                   provide_exchange(connection, channel, route.exchange);
                               },
                           .run = options_.run,
                           .routes = options_.exports.size()},
        notifier_);
  }
  if (options_.imports.empty()) return;
  std::vector<Subscription> subscriptions;
  for (const ImportRoute& route : options_.imports) {
    subscriptions.push_back(subscription(route));
    duplicates_.emplace_back(route.prefetch);
  }
  imports_.resize(options_.imports.size());
  consumer_ = std::make_unique<Consumer>(options_.connection, std::move(subscriptions), notifier_);
}

Gateway::~Gateway() {
  consumer_.reset();
  const std::atomic<bool>* interrupted = options_.connection.interrupted;
  const bool in_a_hurry = interrupted != nullptr && *interrupted;
  const Clock& clock = *options_.connection.clock;
  const auto longest = clock.now() + (in_a_hurry ? kDeleteInAHurryMax : kDeleteMax);
  const auto given_up = [&clock, longest] { return clock.now() >= longest; };
  try {
    std::unique_ptr<Connection> connection;
    for (const ImportRoute& route : options_.imports) {
      if (!route.queue.empty()) continue;
      if (connection == nullptr) connection = connect(options_.connection, given_up);
      connection->delete_queue(connection->open_channel(), own_queue(route), {});
    }
  } catch (const std::exception&) {
    // The broker deletes them itself later.
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
    provide_exchange(connection, channel, route.exchange);
    // One reader at a time: the broker may notice late that an old connection has ended, and a new
    // one must get nothing until the messages of the old one are back in their places.
    connection.declare_queue(
        channel, queue,
        {.arguments = {{"x-expires", kUnreadMillisecondsMax}, {"x-single-active-consumer", true}}});
    connection.bind_queue(channel, {.source = route.exchange, .destination = queue, .key = route.key});
    return queue;
  };
  return result;
}

void Gateway::write(std::size_t export_number, MessagePtr message) {
  publisher_->publish({.exchange = options_.exports[export_number].exchange,
                       .message = std::move(message),
                       .route = export_number});
}

std::vector<Imported> Gateway::take() {
  std::vector<Imported> taken;
  if (consumer_ == nullptr) return taken;
  for (Arrival& arrival : consumer_->take()) {
    const std::size_t import = arrival.tag.subscription;
    ImportCounts& counts = imports_[import];
    Imported imported{.import = import, .message = MessagePtr(), .tag = arrival.tag};
    const bool refused = !arrival.refused.empty();
    const bool again = duplicates_[import].is_again(arrival);
    ++(refused ? counts.refused : again ? counts.duplicates : counts.imported);
    if (!again) imported.message = make_message(std::move(arrival.message));
    imported.refused = std::move(arrival.refused);
    taken.push_back(std::move(imported));
  }
  return taken;
}

std::vector<Imported> Gateway::stop_imports() {
  std::vector<Imported> rejected;
  if (consumer_ == nullptr) return rejected;
  import_state_ = consumer_->state();
  for (Arrival& arrival : consumer_->stop()) {
    if (arrival.decoded) continue;  // it is unsettled, and comes again
    ++imports_[arrival.tag.subscription].refused;
    rejected.push_back({.import = arrival.tag.subscription,
                        .message = make_message(std::move(arrival.message)),
                        .tag = arrival.tag,
                        .refused = std::move(arrival.refused)});
  }
  consumer_.reset();
  return rejected;
}

void Gateway::check() const {
  if (publisher_ != nullptr) publisher_->check();
  if (consumer_ != nullptr) consumer_->check();
}

Gateway::Counts Gateway::counts() const {
  Counts counts;
  counts.imports = imports_;
  for (const ImportCounts& one : imports_) {
    counts.imported += one.imported;
    counts.duplicates += one.duplicates;
    counts.refused += one.refused;
  }
  if (publisher_ != nullptr) {
    const Publisher::Counts published = publisher_->counts();
    counts.exported = published.published;
    counts.republished = published.republished;
    counts.nacked = published.nacked;
    counts.unroutable = published.unroutable;
    counts.exports = published.routes;
    const SessionState state = publisher_->state();
    counts.reconnects += state.reconnects;
    counts.problem = state.problem;
    if (counts.problem.empty() && publisher_->unconfirmed() > 0) counts.problem = published.obstacle();
  }
  const SessionState state = consumer_ == nullptr ? import_state_ : consumer_->state();
  counts.reconnects += state.reconnects;
  if (counts.problem.empty()) counts.problem = state.problem;
  return counts;
}

}  // namespace dse
