// The broker against a naive one, through random sequences of all its operations.
#include "broker/broker.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "dse/random.h"
#include "property/naive_broker.h"
#include "support/catch.h"

using namespace dse;

namespace {

struct Outstanding {
  std::uint32_t stream = 0;
  DeliveryTag tag;
  std::string message;
};

// Drives both brokers with the same random calls, and compares everything visible after each.
class Duel {
 public:
  explicit Duel(std::uint64_t seed) : random_(seed, "broker", "duel") {}

  // Gives some queues options. Each may dead-letter into those that come after it.
  void set_options() {
    broker_.declare("", now_);  // the default exchange, to which the dead letters go
    for (char name = 'a'; name < 'a' + 4; ++name) {
      QueueOptions options;
      NaiveBroker::Options naive;
      if (random_.below(2) == 0) {
        naive.max_length = random_.below(4);
        options.max_length = static_cast<std::int64_t>(*naive.max_length);
        naive.rejects = random_.below(3) == 0;
        if (naive.rejects) options.overflow = Overflow::kRejectPublish;
      }
      if (random_.below(2) == 0) options.message_ttl_ns = naive.ttl = static_cast<TimeNs>(random_.below(9));
      if (name < 'd' && random_.below(2) == 0) {
        naive.dead_letters_to = std::string(1, static_cast<char>(name + 1));
        options.dead_letter = DeadLetterTarget{.exchange = "", .key = naive.dead_letters_to};
      }
      const ResourceIndex resource = broker_.declare(std::string(1, name), now_);
      broker_.set_options(resource, options);
      broker_.make_queue(resource, now_);
      naive_.set_options(std::string(1, name), naive);
    }
    has_options_ = true;
  }

  void pass_time() {
    const TimeNs until = now_ + static_cast<TimeNs>(random_.below(4));
    while (const std::optional<TimeNs> due = broker_.next_look_ns()) {
      if (*due > until) break;
      now_ = std::max(now_, *due);
      note(broker_.look(now_));
    }
    naive_.pass_time(until);
    compare_noted();
    now_ = until;
    compare_queues();
  }

  void step() {
    switch (random_.below(16)) {
      case 0:
        declare();
        break;
      case 1:
        bind();
        break;
      case 2:
        open_stream();
        break;
      case 3:
        close_stream();
        break;
      case 4:
      case 5:
        settle(NaiveBroker::State::kRejected);
        break;
      case 6:
      case 7:
        settle(NaiveBroker::State::kReady);
        break;
      case 8:
      case 9:
      case 10:
        settle(NaiveBroker::State::kAcknowledged);
        break;
      default:
        publish();
        break;
    }
    compare_queues();
    check_invariants();
  }

 private:
  std::string any_name() { return std::string(1, static_cast<char>('a' + random_.below(4))); }

  void declare() {
    const std::string name = any_name();
    const ResourceIndex index = broker_.declare(name, now_);
    naive_.declare(name);
    REQUIRE(broker_.name(index) == name);
    REQUIRE(broker_.declare(name, now_) == index);
  }

  void bind() {
    const char* keys[] = {"#", "*", "x", "y"};
    const BindingSpec binding{.from = any_name(), .to = any_name(), .key = keys[random_.below(4)]};
    broker_.bind(binding, now_);
    naive_.declare(binding.from);
    naive_.bind(binding);
  }

  void publish() {
    const std::string exchange = any_name();
    const std::string key = random_.below(2) == 0 ? "x" : "y";
    const std::string id = fmt::format("{}", published_++);
    const bool mandatory = random_.below(2) == 0;
    const MessagePtr message = make_message({.key = key, .id = id});
    naive_.declare(exchange);
    Effects& effects =
        broker_.publish(broker_.declare(exchange, now_), message, {.mandatory = mandatory}, now_);
    const bool routed = naive_.publish(exchange, key, id);
    unroutable_ += routed ? 0 : 1;
    REQUIRE(effects.routed == routed);
    REQUIRE(effects.accepted == naive_.accepted());
    REQUIRE(broker_.unroutable() == unroutable_);
    REQUIRE(effects.returned.get() == (mandatory && !routed ? message.get() : nullptr));
    compare_deliveries(effects);
  }

  void open_stream() {
    if (naive_.streams().size() > 30) return;
    const std::string queue = any_name();
    const auto prefetch = static_cast<std::uint32_t>(random_.below(4));
    naive_.declare(queue);
    const ResourceIndex resource = broker_.declare(queue, now_);
    REQUIRE(broker_.next_stream().number() == naive_.streams().size());
    Effects& effects = broker_.open_stream(resource, prefetch, now_);
    naive_.open_stream(queue, prefetch);
    compare_deliveries(effects);
  }

  void close_stream() {
    if (naive_.streams().empty()) return;
    const auto stream = static_cast<std::uint32_t>(random_.below(naive_.streams().size()));
    if (!naive_.streams()[stream].open) return;
    Effects& effects = broker_.close_stream(StreamIndex(stream), now_);
    naive_.close_stream(stream);
    std::erase_if(outstanding_, [stream](const Outstanding& one) { return one.stream == stream; });
    compare_deliveries(effects);
  }

  void settle(NaiveBroker::State state) {
    if (outstanding_.empty()) return;
    const auto at = outstanding_.begin() + static_cast<std::ptrdiff_t>(random_.below(outstanding_.size()));
    const Outstanding one = *at;
    // The model knows copies by their message.
    const auto same =
        std::count_if(outstanding_.begin(), outstanding_.end(), [&one](const Outstanding& other) {
          return other.stream == one.stream && other.message == one.message;
        });
    if (same > 1) return;
    outstanding_.erase(at);
    REQUIRE(broker_.outstanding(one.tag));
    Effects& effects = state == NaiveBroker::State::kAcknowledged
                           ? broker_.acknowledge(one.tag, now_)
                           : broker_.reject(one.tag, {.requeue = state == NaiveBroker::State::kReady}, now_);
    REQUIRE(effects.settled.message->id() == one.message);
    REQUIRE(broker_.name(effects.settled.resource) == naive_.streams()[one.stream].queue);
    REQUIRE_FALSE(broker_.outstanding(one.tag));
    naive_.settle(one.stream, one.message, state);
    compare_deliveries(effects);
  }

  void compare_deliveries(const Effects& effects) {
    note(effects);
    compare_noted();
  }
  void note(const Effects& effects) {
    for (const Delivery& delivery : effects.deliveries) {
      found_.push_back({delivery.stream.number(), delivery.message->id(), delivery.redelivered});
      outstanding_.push_back({delivery.stream.number(), delivery.tag, delivery.message->id()});
    }
  }
  void compare_noted() {
    REQUIRE((found_ == naive_.take_deliveries()));
    found_.clear();
  }

  void compare_queues() {
    for (const std::string& queue : naive_.declared()) {
      CAPTURE(queue);
      const Broker::QueueState state = broker_.queue_state(broker_.declare(queue, now_));
      REQUIRE(state.depth == naive_.count(queue, NaiveBroker::State::kReady));
      REQUIRE(state.unacknowledged == naive_.count(queue, NaiveBroker::State::kUnacknowledged));
      REQUIRE(state.depth <= state.depth_max);
      std::size_t streams = 0;
      for (const NaiveBroker::Stream& stream : naive_.streams()) {
        if (stream.queue == queue && stream.open) ++streams;
      }
      REQUIRE(state.streams == streams);
    }
    REQUIRE(broker_.next_resource().number() == naive_.declared().size() + (has_options_ ? 1 : 0));
  }

  // Invariants of the broker alone, so that the model cannot share a mistake with it.
  void check_invariants() {
    std::map<std::uint32_t, std::size_t> held;
    std::set<std::pair<std::string, std::string>> copies;
    std::set<DeliveryTag> tags;
    for (const Outstanding& one : outstanding_) {
      ++held[one.stream];
      REQUIRE(tags.insert(one.tag).second);
      // As a dead letter, a message may come into a queue again.
      const bool first = copies.emplace(naive_.streams()[one.stream].queue, one.message).second;
      REQUIRE((first || has_options_));
    }
    for (const auto& [stream, count] : held) {
      const std::size_t prefetch = naive_.streams()[stream].prefetch;
      REQUIRE((prefetch == 0 || count <= prefetch));
    }
  }

  RandomStream random_;
  Broker broker_;
  NaiveBroker naive_;
  std::vector<Outstanding> outstanding_;
  std::vector<NaiveDelivery> found_;  // since the last comparison
  TimeNs now_ = 0;
  bool has_options_ = false;
  std::uint64_t published_ = 0;
  std::uint64_t unroutable_ = 0;
};

}  // namespace

TEST_CASE("the broker does what the naive one does") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Duel duel(seed);
    for (int step = 0; step < 300; ++step) {
      CAPTURE(step);
      duel.step();
    }
  }
}

TEST_CASE("the broker does what the naive one does, with lengths, times and dead letters") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    CAPTURE(seed);
    Duel duel(seed);
    duel.set_options();
    for (int step = 0; step < 300; ++step) {
      CAPTURE(step);
      duel.step();
      duel.pass_time();
    }
  }
}

TEST_CASE("messages that were never requeued leave a queue in the order they came") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "broker", "order");
    Broker broker;
    const ResourceIndex resource = broker.declare("a", 0);
    std::vector<std::uint64_t> seen;
    std::vector<DeliveryTag> tags;
    const auto note = [&](Effects& effects) {
      for (const Delivery& delivery : effects.deliveries) {
        if (!delivery.redelivered) seen.push_back(std::stoull(delivery.message->id()));
        tags.push_back(delivery.tag);
      }
    };
    for (std::uint32_t stream = 0; stream < 3; ++stream) note(broker.open_stream(resource, 1 + stream, 0));
    for (std::uint64_t number = 0; number < 200; ++number) {
      note(broker.publish(resource, make_message({.id = fmt::format("{}", number)}), {}, 0));
      while (!tags.empty() && random.below(3) != 0) {
        const auto at = tags.begin() + static_cast<std::ptrdiff_t>(random.below(tags.size()));
        const DeliveryTag tag = *at;
        tags.erase(at);
        note(random.below(4) == 0 ? broker.reject(tag, {.requeue = true}, 0) : broker.acknowledge(tag, 0));
      }
    }
    REQUIRE(std::is_sorted(seen.begin(), seen.end()));
    REQUIRE(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    REQUIRE(seen.size() + broker.queue_state(resource).depth >= 200);
  }
}
