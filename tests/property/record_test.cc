// What the record of events says about whole worlds: causes come before their effects, and queues hold what
// the broker says they hold.
#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "dse/random.h"
#include "sim/record/queue_contents.h"
#include "support/catch.h"
#include "support/recorded_run.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

// Streams `queue`, sometimes requeues or rejects a message, and may leave after `leave_after` messages.
Program consumer(RandomStream& random, const std::string& queue, std::uint64_t leave_after) {
  const auto prefetch = static_cast<std::uint32_t>(random.below(4));
  const auto service_ns = static_cast<TimeNs>(random.below(60));
  auto seen = std::make_shared<std::uint64_t>(0);
  return {stream_resource(queue, prefetch, [=, &random](Machine& machine, const MessagePtr&) {
    if (++*seen >= leave_after) return machine.eval(after(service_ns), dse::exit(0));
    const std::uint64_t fate = random.below(8);
    if (fate < 2) machine.reject_current(fate == 0);
    machine.eval(after(service_ns));
  })};
}

Program writer(RandomStream& random, const std::string& exchange) {
  Program program;
  for (std::uint64_t count = 1 + random.below(20); count > 0; --count) {
    program.push_back(call([exchange, twice = random.below(6) == 0](Machine& machine) {
      const MessagePtr message = machine.compose({.key = "k"});
      if (twice) return machine.eval(write_resource(exchange, message), write_resource(exchange, message));
      machine.eval(write_resource(exchange, message));
    }));
    if (random.below(3) == 0) program.push_back(after(static_cast<TimeNs>(random.below(50))));
  }
  return program;
}

// Includes consumers that leave, so that something may be left over.
void build(OpenWorld& world, RandomStream& random) {
  world.scenario.latency_ns = static_cast<TimeNs>(random.below(30));
  for (const std::string queue : {"q0", "q1"}) {
    world.scenario.bindings.push_back({.from = "e", .to = queue, .key = "#"});
    for (std::uint64_t consumers = random.below(4); consumers > 0; --consumers) {
      world.add(fmt::format("{}-{}", queue, consumers),
                consumer(random, queue, random.below(3) == 0 ? UINT64_MAX : 1 + random.below(12)),
                static_cast<TimeNs>(random.below(300)));
    }
  }
  for (std::uint64_t writers = 1 + random.below(3); writers > 0; --writers)
    world.add(fmt::format("w{}", writers), writer(random, "e"), static_cast<TimeNs>(random.below(200)));
}

// Calls `check` with the records of many worlds, in the scheduled and in other orders.
void with_worlds(const std::function<void(const EventRecord&, const OpenWorld&, const RunResult&)>& check) {
  const TemporaryFolder folder;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "world", "recorded");
    OpenWorld world;
    build(world, random);
    world.options.ordering = seed % 2 == 0 ? 0 : seed;
    const std::string path = folder.file(fmt::format("{}.sqlite", seed));
    const RunResult result = record_world(world, path);
    check(EventRecord(path), world, result);
  }
}

bool is_on_the_bus(EventCode kind) { return kind <= EventCode::kClosed; }

// The numbers of waiting and of unsettled messages, by queue.
using Counts = std::map<std::string, std::pair<std::size_t, std::size_t>>;

Counts counts_of(const std::string& stall) {
  const std::regex line(R"(queue '([^']+)': (\d+) waiting, (\d+) unacknowledged)");
  Counts counts;
  for (std::sregex_iterator at(stall.begin(), stall.end(), line), end; at != end; ++at)
    counts[(*at)[1].str()] = {std::stoul((*at)[2].str()), std::stoul((*at)[3].str())};
  return counts;
}

Counts counts_of(const EventRecord& record, const QueueContents& contents) {
  Counts counts;
  for (const auto& [queue, copies] : contents.queues()) {
    auto& [waiting, unsettled] = counts[record.resources()[static_cast<std::size_t>(queue)]];
    for (const QueueContents::Copy& copy : copies) ++(copy.holder < 0 ? waiting : unsettled);
  }
  return counts;
}

// The obvious model: copies one by one, in the order in which they came.
class ObviousContents {
 public:
  explicit ObviousContents(std::map<std::int64_t, std::vector<std::int64_t>> routes)
      : routes_(std::move(routes)) {}

  void apply(const EventRow& event) {
    if (event.kind == EventCode::kPublished) {
      for (const std::int64_t queue : routes_[event.route]) copies_.push_back({queue, event.message, -1});
    } else if (event.kind == EventCode::kClosed) {
      gone_.push_back(event.component);
      for (Copy& copy : copies_) {
        if (copy.holder == event.component) copy.holder = -1;
      }
    } else if (event.kind == EventCode::kDelivered || event.kind == EventCode::kRedelivered) {
      if (std::count(gone_.begin(), gone_.end(), event.component) > 0) return;
      if (Copy* copy = find(event, -1)) copy->holder = event.component;
    } else if (event.kind == EventCode::kRequeued) {
      if (Copy* copy = find(event, event.component)) copy->holder = -1;
    } else if (event.kind == EventCode::kAcknowledged || event.kind == EventCode::kRejected) {
      if (const Copy* copy = find(event, event.component))
        copies_.erase(copies_.begin() + (copy - copies_.data()));
    }
  }
  // Queue, message and holder of each copy, sorted.
  std::vector<std::array<std::int64_t, 3>> all() const {
    std::vector<std::array<std::int64_t, 3>> result;
    for (const Copy& copy : copies_) result.push_back({copy.queue, copy.message, copy.holder});
    std::sort(result.begin(), result.end());
    return result;
  }

 private:
  struct Copy {
    std::int64_t queue;
    std::int64_t message;
    std::int64_t holder;
  };
  Copy* find(const EventRow& event, std::int64_t holder) {
    for (Copy& copy : copies_) {
      if (copy.queue == event.resource && copy.message == event.message && copy.holder == holder)
        return &copy;
    }
    return nullptr;
  }

  std::map<std::int64_t, std::vector<std::int64_t>> routes_;
  std::vector<Copy> copies_;
  std::vector<std::int64_t> gone_;
};

std::vector<std::array<std::int64_t, 3>> all_of(const QueueContents& contents) {
  std::vector<std::array<std::int64_t, 3>> result;
  for (const auto& [queue, copies] : contents.queues()) {
    for (const QueueContents::Copy& copy : copies) result.push_back({queue, copy.message, copy.holder});
  }
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace

TEST_CASE("every cause comes before what it causes, in any order of simultaneous events") {
  with_worlds([](const EventRecord& record, const OpenWorld& world, const RunResult& result) {
    const std::vector<EventRow> events = events_of(record);
    REQUIRE(events.size() == result.events);
    const auto cause_of = [&events](const EventRow& event) {
      return events[static_cast<std::size_t>(event.cause - 1)];
    };
    std::size_t deliveries = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      const EventRow& event = events[i];
      CAPTURE(event.number);
      REQUIRE(event.number == static_cast<std::int64_t>(i + 1));
      REQUIRE(event.cause >= 0);
      REQUIRE(event.cause < event.number);
      REQUIRE((event.cause == 0) == (event.kind == EventCode::kStarted));
      if (event.cause == 0) continue;
      const EventRow cause = cause_of(event);
      REQUIRE(cause.time_ns <= event.time_ns);
      if (event.kind == EventCode::kDelivered || event.kind == EventCode::kRedelivered) {
        // Caused by publishing the message or putting it back just now, or by making room for it.
        ++deliveries;
        REQUIRE(is_on_the_bus(cause.kind));
        REQUIRE(event.time_ns - cause.time_ns == world.scenario.latency_ns);
        if (cause.kind == EventCode::kPublished) REQUIRE(cause.message == event.message);
      } else if (is_on_the_bus(event.kind)) {
        // Caused by something that the component did before.
        REQUIRE(cause.component == event.component);
        REQUIRE_FALSE(is_on_the_bus(cause.kind));
        REQUIRE(event.time_ns - cause.time_ns == world.scenario.latency_ns);
      } else {
        REQUIRE(cause.component == event.component);
      }
    }
    REQUIRE(deliveries == result.deliveries);
  });
}

TEST_CASE("an acknowledgement goes back to the delivery of its message") {
  with_worlds([](const EventRecord& record, const OpenWorld&, const RunResult&) {
    const std::vector<EventRow> events = events_of(record);
    for (const EventRow& event : events) {
      if (event.kind != EventCode::kAcknowledged) continue;
      CAPTURE(event.number);
      // A timer or an earlier message may have caused it, but the component must have received the message.
      const bool delivered_before =
          std::any_of(events.begin(), events.begin() + (event.number - 1), [&event](const EventRow& before) {
            return before.component == event.component && before.message == event.message &&
                   (before.kind == EventCode::kDelivered || before.kind == EventCode::kRedelivered);
          });
      REQUIRE(delivered_before);
    }
  });
}

TEST_CASE("queues hold at the end what the broker says they hold") {
  std::size_t left_over = 0;
  with_worlds([&left_over](const EventRecord& record, const OpenWorld&, const RunResult& result) {
    QueueContents contents(record.routes());
    for (const EventRow& event : events_of(record)) contents.apply(event);
    CAPTURE(result.stall);
    const Counts counts = counts_of(result.stall);
    REQUIRE(counts_of(record, contents) == counts);
    left_over += counts.size();
  });
  CHECK(left_over > 20);  // else the worlds are too tame
}

TEST_CASE("the contents of queues are those of an obvious model, at any moment of any events") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "contents", "events");
    const std::map<std::int64_t, std::vector<std::int64_t>> routes = {{1, {0}}, {2, {0, 1}}, {3, {1, 2}}};
    QueueContents contents(routes);
    ObviousContents obvious(routes);
    for (std::int64_t number = 1; number <= 300; ++number) {
      const EventCode kinds[] = {EventCode::kPublished,    EventCode::kPublished, EventCode::kDelivered,
                                 EventCode::kDelivered,    EventCode::kDelivered, EventCode::kRedelivered,
                                 EventCode::kAcknowledged, EventCode::kRejected,  EventCode::kRequeued,
                                 EventCode::kTimer,        EventCode::kStreamed};
      EventRow event{.number = number, .kind = kinds[random.below(std::size(kinds))]};
      if (random.below(60) == 0) event.kind = EventCode::kClosed;
      event.component = static_cast<std::int64_t>(random.below(6));
      event.resource = static_cast<std::int64_t>(random.below(3));
      event.message = 1 + static_cast<std::int64_t>(random.below(4));
      if (event.kind == EventCode::kPublished) event.route = static_cast<std::int64_t>(random.below(4));
      contents.apply(event);
      obvious.apply(event);
      REQUIRE(all_of(contents) == obvious.all());
    }
  }
}
