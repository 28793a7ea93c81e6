// A gauge at the broker against a sum over the messages themselves: what was in a queue, and for how long.
#include "sim/world/queue_gauge.h"

#include <map>

#include "broker/broker.h"
#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

// One queue in random use, noted after each step; the test chooses the times.
class Watched {
 public:
  explicit Watched(std::uint64_t seed) : random_(seed, "queue", "gauge"), queue_(broker_.declare("q", 0)) {
    broker_.bind({.from = "x", .to = "q"}, 0);
  }

  void step() {
    const TimeNs passed_ns = random_.below(3) == 0 ? 0 : static_cast<TimeNs>(random_.below(1'000));
    now_ns_ += passed_ns;
    for (const MessagePtr& message : broker_.waiting(queue_)) waited_[message->id()] += passed_ns;
    change();
    const Broker::QueueState state = broker_.queue_state(queue_);
    gauge_.note(now_ns_, state.depth, state.unacknowledged);
    most_ = std::max(most_, broker_.unsettled(queue_).size());
  }

  // Little's law: the sum of the messages' waits equals the sum over time of the number that wait.
  void compare() const {
    TimeNs sum_ns = 0;
    for (const auto& [id, waited_ns] : waited_) sum_ns += waited_ns;
    REQUIRE(static_cast<TimeNs>(gauge_.waited(now_ns_)) == sum_ns);
    REQUIRE(gauge_.max_unacknowledged() == most_);
    double of_curve = 0;
    double most = 0;
    TimeNs begin_ns = 0;
    for (const CurvePoint& point : gauge_.curve(now_ns_)) {
      if (point.metric == "max_unacknowledged") {
        most = std::max(most, point.value);
        continue;
      }
      const TimeNs end_ns = std::min(point.time_ns, now_ns_);
      of_curve += point.value * static_cast<double>(end_ns - begin_ns);
      begin_ns = end_ns;
    }
    REQUIRE(of_curve == Approx(static_cast<double>(sum_ns)));
    REQUIRE(most == static_cast<double>(most_));
  }

 private:
  void change() {
    const StreamIndex opened = broker_.next_stream();
    switch (random_.below(8)) {
      case 0:
        take(broker_.open_stream(queue_, static_cast<std::uint32_t>(random_.below(4)), now_ns_));
        open_.push_back(opened);
        break;
      case 1:
        close();
        break;
      case 2:
      case 3:
      case 4:
        settle();
        break;
      default:
        take(broker_.publish(broker_.declare("x", now_ns_),
                             make_message({.id = "m" + std::to_string(published_++)}), {}, now_ns_));
    }
  }
  void take(const Effects& effects) {
    for (const Delivery& delivery : effects.deliveries) tags_.push_back(delivery.tag);
  }
  void settle() {
    std::erase_if(tags_, [this](DeliveryTag tag) { return !broker_.outstanding(tag); });
    if (tags_.empty()) return;
    const std::size_t place = random_.below(tags_.size());
    const DeliveryTag tag = tags_[place];
    tags_.erase(tags_.begin() + static_cast<std::ptrdiff_t>(place));
    take(random_.below(3) == 0 ? broker_.reject(tag, {.requeue = random_.below(2) == 0}, now_ns_)
                               : broker_.acknowledge(tag, now_ns_));
  }
  void close() {
    if (open_.empty()) return;
    const std::size_t place = random_.below(open_.size());
    const StreamIndex stream = open_[place];
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(place));
    take(broker_.close_stream(stream, now_ns_));
  }

  RandomStream random_;
  Broker broker_;
  ResourceIndex queue_;
  QueueGauge gauge_{777};
  TimeNs now_ns_ = 0;
  int published_ = 0;
  std::vector<DeliveryTag> tags_;
  std::vector<StreamIndex> open_;
  std::map<std::string, TimeNs> waited_;  // by message
  std::size_t most_ = 0;
};

}  // namespace

TEST_CASE("a queue holds on average what comes in a time, by how long each stays") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    Watched queue(seed);
    for (int step = 0; step < 300; ++step) {
      queue.step();
      if (step % 50 == 49) queue.compare();
    }
  }
}
