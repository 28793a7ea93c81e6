// An application: one component's program, what it counts, and what it keeps.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dse/hash.h"
#include "dse/machine.h"
#include "dse/message.h"
#include "dse/metric.h"
#include "dse/time.h"

namespace dse {

// Takes what an application keeps, one line (without its line end) at a time.
using LineSink = std::function<void(std::string_view line)>;
// Receives what a message really shows. The component that knows calls it; this never travels on the bus.
using TruthSink = std::function<void(const std::string& message_id, int label)>;
// Receives which image of its data file a message shows, counted from 0.
using IndexSink = std::function<void(const std::string& message_id, std::uint32_t index)>;
// Receives the probability of each label from 0 on, each in [0, 1], behind an answer that is written next,
// for its score. It copies what it keeps.
using ProbabilitySink = std::function<void(const Message& answer, std::span<const double> probabilities)>;
// Returns what a message really shows; empty when nobody knows.
using TruthOf = std::function<std::optional<int>(const std::string& message_id)>;

// What has been learned, or said by a program in another language, at some moment.
struct LearnedState {
  TimeNs time_ns = 0;         // when its last message was handled
  std::uint64_t learned = 0;  // messages, or replies of the program
  std::uint64_t digest = 0;   // from App::hash_state
  std::string call = {};      // the last one to a program; "" for what has been learned
};

class App {
 public:
  virtual ~App() = default;

  // The run begins: what takes real time to start, such as another process, may start now, before the first
  // event. Called once, by the deciding thread; not called when the scenario is only checked.
  virtual void begin() {}
  // The program to start; called once. The app must outlive the machine that runs it.
  virtual Program program() = 0;
  // The run is over and every job of this component is done: do what is left.
  virtual void finish() {}
  // A fault has crashed its program, which is never continued; finish() is not called.
  virtual void crash() {}
  // What it counted, final after finish().
  virtual std::vector<Metric> metrics() const { return {}; }
  virtual std::vector<CurvePoint> curve() const { return {}; }
  // What it predicted before it learned, for confusion.csv: by view, by truth and then by prediction.
  virtual std::vector<ConfusionCell> confusion() const { return {}; }
  // The same by class, for classes.csv: by view and then by label.
  virtual std::vector<ClassCell> classes() const { return {}; }

  // How much of what it will send by itself it has sent, from 0 to 1, for those who watch a run; empty when
  // it does not know, or only sends what comes of messages.
  virtual std::optional<double> share_sent() const { return std::nullopt; }

  // Whether it learns something; if so, hash_state adds what it has learned to the fingerprint `models`.
  virtual bool learns() const { return false; }
  virtual void hash_state(Hasher&) const {}
  // The bytes of a file from which another app can start; empty when it keeps none.
  virtual std::optional<std::string> save_state() const { return std::nullopt; }

  // What another app of the same component needs to go on from here, to the byte: what save_state() gives,
  // and the messages that are handled and not learned yet. Called between two messages, when no job of the
  // component is under way. Empty when it keeps nothing. Throws NothingSaved.
  virtual std::optional<std::string> save_checkpoint() const { return save_state(); }
  // Goes on from what save_checkpoint() gave. Called before begin(), of an app that was just made.
  virtual void load_checkpoint(std::string_view checkpoint);
  // Its component was started again after a crash: adds the counts of the app that crashed to its own. What
  // that one had learned is not among them.
  virtual void add_counts(const App&) {}

  // What had been learned at the start, at intervals, and at the end, if the app was asked to note it.
  virtual std::vector<LearnedState> states() const { return {}; }
};

}  // namespace dse
