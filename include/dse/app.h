// An application: one component's program, what it counts, and what it keeps.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/hash.h"
#include "dse/machine.h"
#include "dse/metric.h"
#include "dse/time.h"

namespace dse {

// Where an application writes what it keeps, a line (without its end) at a time.
using LineSink = std::function<void(std::string_view line)>;
// Told what a message really shows, by whoever knows; never over the bus.
using TruthSink = std::function<void(const std::string& message_id, int label)>;
// Told which image of its data file a message shows, counted from 0.
using IndexSink = std::function<void(const std::string& message_id, std::uint32_t index)>;
// What a message really shows, by whoever knows; empty when nobody does.
using TruthOf = std::function<std::optional<int>(const std::string& message_id)>;

// What was learned at some moment.
struct LearnedState {
  TimeNs time_ns = 0;         // when the last message of it was handled
  std::uint64_t learned = 0;  // messages
  std::uint64_t digest = 0;   // of App::hash_state
};

class App {
 public:
  virtual ~App() = default;

  // The program to start; called once. The app must outlive the machine that runs it.
  virtual Program program() = 0;
  // The run is over and every job of this component is done: do what is left.
  virtual void finish() {}
  // What it counted, final after finish().
  virtual std::vector<Metric> metrics() const { return {}; }
  virtual std::vector<CurvePoint> curve() const { return {}; }

  // Whether it learns something: then hash_state adds what was learned to the fingerprint `models`.
  virtual bool learns() const { return false; }
  virtual void hash_state(Hasher&) const {}
  // The bytes of a file from which another can start; empty when it keeps none.
  virtual std::optional<std::string> save_state() const { return std::nullopt; }
  // What was learned at the start, now and then, and at the end, where it was asked to note that.
  virtual std::vector<LearnedState> states() const { return {}; }
};

}  // namespace dse
