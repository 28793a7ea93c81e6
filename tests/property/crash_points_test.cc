// Each model of the sample scenario crashes at random points, and starts again. Every message is handled at
// least once; afterwards the model knows exactly what it knew at its last checkpoint and what came after
// that, what it has forgotten is counted, and the other models are as in the run without crashes.
//
// The obvious model of a model reads the acknowledgements that the bus received, works out from their times
// which messages a checkpoint holds, and learns these and the later ones once, from the beginning.
//
// DSE_CRASH_POINTS=1000 build/tests/test_property "[crash-points]" tries so many points of each model.
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dse/random.h"
#include "dse/tables.h"
#include "learn/saved_learner.h"
#include "sim/scenario/scenario_reader.h"
#include "sim/world/expectations.h"
#include "support/catch.h"
#include "support/open_world.h"

using namespace dse;

namespace {

const std::vector<std::string> kModels = {"softmax", "mlp", "lenet", "quadratic"};
constexpr TimeNs kMillisecond = 1'000'000;
constexpr std::size_t kBatch = 16;

std::uint64_t points() {
  constexpr std::uint64_t kInEveryTest = 6;
  const char* asked = std::getenv("DSE_CRASH_POINTS");
  return asked == nullptr ? kInEveryTest : std::stoull(asked);
}

// One in 50 messages of the sources comes twice, and one in 50 late, in all runs alike.
void disturb(Scenario& scenario) {
  constexpr Probability kOneIn50{1, 50};
  for (const char* source : {"trainer", "camera-a", "camera-b"}) {
    scenario.faults.push_back({.kind = FaultKind::kDuplicate, .component = source, .probability = kOneIn50});
    scenario.faults.push_back({.kind = FaultKind::kDelay,
                               .component = source,
                               .probability = kOneIn50,
                               .time = DrawnTime::uniform(100'000, 5 * kMillisecond)});
  }
}

Scenario sample_scenario() {
  Scenario scenario =
      read_scenario(DSE_SOURCE_DIR "/scenarios/sample-four-models.toml", built_in_tables(), {});
  scenario.expectations.clear();
  for (const std::string& model : kModels) {
    scenario.expectations.push_back(
        {.what = DeliveryExpectation{.resource = model, .delivered = Guarantee::kAtLeastOnce, .lost = 0}});
  }
  disturb(scenario);
  return scenario;
}

struct Point {
  std::string model;
  TimeNs crash_ns = 0;
  TimeNs after_ns = 0;
  TimeNs checkpoint_every_ns = 0;
};

void plant(const Point& point, Scenario& scenario) {
  scenario.faults.push_back({.kind = FaultKind::kCrash, .component = point.model, .at_ns = point.crash_ns});
  for (ComponentConfig& component : scenario.components) {
    if (component.name != point.model) continue;
    component.life.restart = LifeCycle::Restart{.after_ns = point.after_ns, .times = 1};
    component.life.checkpoint_every_ns = point.checkpoint_every_ns;
  }
}

struct Noted {
  TimeNs time_ns = 0;
  MessagePtr message;
};

// What reached one component, and what it acknowledged.
struct Notes : Observer {
  std::string component;
  std::vector<Noted> delivered;
  std::vector<Noted> acknowledged;

  explicit Notes(std::string of) : component(std::move(of)) {}
  void on_event(const RunEvent& event) override {
    if (event.message == nullptr || event.component() != component) return;
    const bool comes = event.code == EventCode::kDelivered || event.code == EventCode::kRedelivered;
    if (comes) delivered.push_back({event.time_ns, *event.message});
    if (event.code == EventCode::kAcknowledged) acknowledged.push_back({event.time_ns, *event.message});
  }
};

struct Outcome {
  RunResult result;
  std::map<std::string, std::string> learned;  // by file name
  std::vector<ExpectationResult> expectations;
};

Outcome run(const Scenario& scenario, std::vector<Observer*> observers) {
  static const auto datasets = std::make_shared<DatasetCache>();
  const std::atomic<bool> interrupted{false};
  World world(scenario,
              {.seed = scenario.seed,
               .datasets = datasets,
               .observers = std::move(observers),
               .keep_states = true,
               .fingerprint_components = true},
              no_files());
  Outcome outcome{.result = world.run(interrupted, [](TimeNs, std::uint64_t) {})};
  world.save_models(
      [&](const std::string& file, std::string_view bytes) { outcome.learned[file] = std::string(bytes); });
  outcome.expectations = check_expectations(scenario, outcome.result);
  return outcome;
}

bool is_labelled(const Message& message) { return message.headers().find_integer("label") != nullptr; }

// The learner of a model, and how long a message takes it.
struct Teacher {
  const LearnerInfo& learner;
  TimeNs train_ns = 0;
  TimeNs infer_ns = 0;

  TimeNs service_ns(const Message& message) const { return is_labelled(message) ? train_ns : infer_ns; }
};

Teacher teacher_of(const std::string& model) {
  static const Tables tables = built_in_tables();
  const auto learner = [&](const char* name) -> const LearnerInfo& { return *tables.learners.find(name); };
  if (model == "softmax") return {learner("softmax"), 2'000, 20'000};
  if (model == "mlp") return {learner("mlp"), 10'000, 20'000};
  if (model == "lenet") return {learner("lenet5"), 20'000, 40'000};
  return {learner("quadratic"), 10'000, 40'000};
}

// The messages from which a model must have learned, and how many it must have forgotten.
struct Expected {
  std::vector<MessagePtr> learned;
  std::size_t forgotten = 0;
  bool from_checkpoint = false;
};

Expected expected_of(const Notes& notes, const Point& point, const Teacher& teacher, TimeNs latency_ns) {
  struct Handled {
    TimeNs begun_ns = 0;
    TimeNs settled_ns = 0;
    MessagePtr message;
  };
  std::vector<Handled> before;
  std::vector<Handled> after;
  for (const Noted& one : notes.acknowledged) {
    const TimeNs settled_ns = one.time_ns - latency_ns;
    const TimeNs begun_ns = settled_ns - teacher.service_ns(*one.message);
    (settled_ns < point.crash_ns ? before : after).push_back({begun_ns, settled_ns, one.message});
  }
  // What it had in hand when it crashed: the delivery behind those that it acknowledged.
  std::optional<TimeNs> in_hand_since_ns;
  if (notes.delivered.size() > before.size() && notes.delivered[before.size()].time_ns < point.crash_ns) {
    const TimeNs free_ns = before.empty() ? 0 : before.back().settled_ns;
    in_hand_since_ns = std::max(free_ns, notes.delivered[before.size()].time_ns);
  }
  Expected expected;
  TimeNs held_ns = 0;  // the checkpoint holds what was begun before this
  for (TimeNs due_ns = point.checkpoint_every_ns; due_ns < point.crash_ns;
       due_ns += point.checkpoint_every_ns) {
    if (in_hand_since_ns && *in_hand_since_ns < due_ns)
      break;  // it waits for a message that is never settled
    held_ns = due_ns;
    expected.from_checkpoint = true;
  }
  for (const Handled& one : before) {
    if (!is_labelled(*one.message)) continue;
    if (one.begun_ns < held_ns) {
      expected.learned.push_back(one.message);
    } else {
      ++expected.forgotten;
    }
  }
  for (const Handled& one : after) {
    if (is_labelled(*one.message)) expected.learned.push_back(one.message);
  }
  return expected;
}

// The saved learner that has learned just these messages.
std::string taught(const Expected& expected, const Teacher& teacher, const Point& point, std::uint64_t seed) {
  const LearnerKind kind{teacher.learner.name, {.shape = {28, 28}, .classes = 10}};
  RandomStreams streams(seed);
  RandomStream& weights = streams.stream(point.model, "weights");
  std::unique_ptr<Learner> learner = teacher.learner.make(kind.options, weights);
  // One that starts again draws anew.
  if (!expected.from_checkpoint) learner = teacher.learner.make(kind.options, weights);
  for (std::size_t first = 0; first < expected.learned.size(); first += kBatch) {
    std::vector<Example> batch;
    for (std::size_t i = first; i < std::min(first + kBatch, expected.learned.size()); ++i) {
      const Message& message = *expected.learned[i];
      batch.push_back({reinterpret_cast<const std::uint8_t*>(message.payload().bytes().data()),
                       static_cast<int>(*message.headers().find_integer("label"))});
    }
    std::vector<Prediction> ignored(batch.size());
    learner->train(batch, ignored);
  }
  return save_learner(*learner, kind);
}

Point random_point(const std::string& model, std::uint64_t number) {
  RandomStream random(number, model, "crash point");
  const auto within = [&random](TimeNs least, TimeNs most) {
    return least + static_cast<TimeNs>(random.below(static_cast<std::uint64_t>(most - least)));
  };
  return {.model = model,
          .crash_ns = within(1, 520 * kMillisecond),
          .after_ns = within(0, 60 * kMillisecond),
          .checkpoint_every_ns = within(kMillisecond, 150 * kMillisecond)};
}

// Those that share no queue with the model and read nothing that it writes.
bool is_apart(const std::string& component, const std::string& model) {
  return component != model && component != "echo" && component != "votes" && component != "sevens";
}

}  // namespace

TEST_CASE("a model that crashes and starts again knows its checkpoint and what came after",
          "[crash-points]") {
  const Outcome calm = run(sample_scenario(), {});
  REQUIRE(calm.result.status == RunStatus::kCompleted);
  for (const FaultCount& fault : calm.result.faults) REQUIRE(fault.struck > 0);
  for (std::uint64_t number = 1; number <= points(); ++number) {
    for (const std::string& model : kModels) {
      const Point point = random_point(model, number);
      CAPTURE(number, point.model, point.crash_ns, point.after_ns, point.checkpoint_every_ns);
      Scenario scenario = sample_scenario();
      plant(point, scenario);
      Notes notes(model);
      const Outcome crashed = run(scenario, {&notes});
      REQUIRE(crashed.result.status == RunStatus::kCompleted);
      REQUIRE(crashed.result.metrics.at(model + ".restarts") == 1);
      for (const ExpectationResult& one : crashed.expectations) {
        CAPTURE(expectation_text(one));
        REQUIRE(one.as_planned());
      }
      const Teacher teacher = teacher_of(model);
      const Expected expected = expected_of(notes, point, teacher, scenario.latency_ns);
      REQUIRE(crashed.result.metrics.at(model + ".forgotten") == static_cast<double>(expected.forgotten));
      REQUIRE((crashed.learned.at(model + ".learner") == taught(expected, teacher, point, scenario.seed)));
      for (const auto& [component, prints] : calm.result.fingerprints_by_component) {
        if (!is_apart(component, model)) continue;
        CAPTURE(component);
        REQUIRE((crashed.result.fingerprints_by_component.at(component) == prints));
      }
      for (const std::string& other : kModels) {
        CAPTURE(other);
        if (other != model)
          REQUIRE((crashed.learned.at(other + ".learner") == calm.learned.at(other + ".learner")));
      }
    }
  }
}
