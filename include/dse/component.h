// A component of a scenario, as the simulator sees it: dse asks here for everything that it needs to know
// about one. Immutable once read; any thread may ask.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dse/app.h"
#include "dse/concept_drift.h"
#include "dse/data_source.h"
#include "dse/dataset.h"
#include "dse/dataset_cache.h"
#include "dse/error.h"
#include "dse/learner.h"
#include "dse/metric.h"
#include "dse/random.h"
#include "dse/time.h"

namespace dse {

// What a gateway's end is joined to on a real broker.
struct OutsidePort {
  std::string queue = {};     // "" when it is an exchange
  std::string exchange = {};  // "" when it is a queue
  std::string key = "#";      // topic pattern, when an exchange is read
  std::uint32_t prefetch = 0;
};

// Where a component's messages come from and go to.
struct Ports {
  std::optional<std::string> reads = {};  // the resource whose queue it streams
  std::vector<std::string> writes = {};   // the resources whose exchanges it writes to
  // Only the ends of a gateway have these: where on a real broker their messages come from, or go.
  std::optional<OutsidePort> from_outside = {};
  std::optional<OutsidePort> to_outside = {};
};

// What kind of messages a component writes.
struct Emits {
  bool labels = false;  // they may have the header `label`
  // They are predictions: each answers the message that its correlation id names, and is scored.
  bool answers = false;
  // Answers may have class probabilities, which MakeContext::probabilities is told.
  bool probabilities = false;
  bool forwards = false;  // their payloads are those of the messages that it reads
  bool drifts = false;    // they are items of data, which change as MakeContext::drifts says
};

// One sort of message that a component makes from its data set: what bindings and models look at.
struct Sample {
  std::uint32_t index = 0;   // the first image, in the order of sending, that gives such a message
  std::string key;           // routing key
  std::optional<int> label;  // header; empty: none
  // If it is a label that comes after its message, by itself: the resource that it is written to.
  std::optional<std::string> late_to = {};
};

// Other components that a component names; they must exist and write answers.
struct Named {
  std::string key;  // in the scenario: "models"
  std::vector<std::string> components;
};

// A data set whose images can reach a component, directly or forwarded by others.
struct DataInput {
  std::shared_ptr<const Dataset> data;
  bool labelled = false;  // its writer sends the labels with the images
};

// How answers are measured over time.
struct MeasureOptions {
  TimeNs curve_every_ns = kNanosecondsPerSecond;  // a point of a curve for each interval
  std::size_t window = 1000;                      // examples
  double fading = 0.999;
  std::size_t note_state_every = 0;  // batches between two states() of an app that learns; 0: none are noted
};

// What a component that learns takes.
struct Taken {
  LearnerOptions learner = {};
  bool late_labels = false;  // labels that come after their messages, by themselves
};

// What a component's application is made with. The application copies what it needs, and may use the copies
// as long as it lives. A function may be empty: then nobody listens, or nothing is known.
struct MakeContext {
  std::string name;            // the component's
  InputPlace place = {};       // where the scenario describes it, for errors
  std::uint32_t prefetch = 0;  // for the resource that it reads
  MeasureOptions measures = {};

  // The component's own random stream for a purpose. Drawing from it does not shift the draws of others.
  std::function<RandomStream&(const std::string& purpose)> random = {};
  // Opens the file NAME + `ending` in the run directory, to write lines into.
  std::function<LineSink(const std::string& ending)> open_lines = {};
  // The component's own data set. Throws InputError at the place that names the file.
  std::function<std::shared_ptr<const Dataset>()> own_data = {};
  // The data sets whose images can reach it, in the scenario's order. Throws as own_data does.
  std::function<std::vector<DataInput>()> inputs = {};
  // Throws InputError unless what the scenario's own data sets send it fits what it takes.
  std::function<void(const Taken&)> require_fitting = {};
  // The drifts of the scenario, on or off, those of other components included, in its order.
  std::vector<ConceptDrift> drifts = {};
  DriftSink drifted = {};  // a component whose items drift tells here what becomes of each that one concerns
  // A component that reads a file other than a data set notes the file's digest here.
  DatasetCache* files = nullptr;

  TruthSink truth = {};
  IndexSink index = {};
  TruthOf truth_of = {};
  TruthSink verdict = {};  // receives what the component has decided about a message, to be scored
  ProbabilitySink probabilities = {};
  std::function<void(const MessagePtr&)> leave = {};  // takes what leaves the bus through Ports::to_outside

  TimeNs start_ns = 0;         // when its program starts
  std::uint64_t restarts = 0;  // how often it was started before and has crashed
  // The name by which a scenario calls the component that has this name: another one for a replica.
  std::function<std::string(const std::string& component)> called = {};
  // Whether the user has asked the run to end, and the moment is over that everybody gets to do so.
  // Any thread may ask; a component that waits for something outside this process does, and throws
  // Interrupted when it stops waiting.
  std::function<bool()> interrupted = {};
  bool keep_state = false;  // save_state() will be asked for at the end of the run
  // Opens what takes the lines exchanged with a program of the component's; it may return an empty one.
  std::function<LineSink()> open_protocol_log = {};
};

class Component {
 public:
  virtual ~Component() = default;

  virtual Ports ports() const = 0;
  // The metrics of its application, and `accuracy` if its verdicts are scored. The metrics of every component
  // that reads a resource, and the figures of answers and verdicts (cohen_kappa and so on), are added to
  // them.
  virtual std::vector<MetricInfo> metrics() const = 0;
  virtual Emits emits() const { return {}; }
  // Whether it learns from messages with a label and answers the others; their times are then measured
  // separately.
  virtual bool learns() const { return false; }
  // Whether its application can save what it has learned and go on from there (App::save_checkpoint,
  // load_checkpoint): only then may a scenario ask for checkpoints.
  virtual bool keeps_state() const { return false; }
  // How long a job on its strand takes relative to those of other components, for sharing work between
  // threads; 0: it has no jobs.
  virtual unsigned job_cost() const { return 0; }
  // Whether its jobs mostly wait for another process, so that they share no thread with those of others.
  virtual bool jobs_wait() const { return false; }
  // The endings (".csv") of the files that it keeps, which bear its name.
  virtual std::vector<std::string> kept_files() const { return {}; }
  virtual std::vector<ReadFile> read_files() const { return {}; }
  virtual Named named() const { return {}; }

  // The data set from which it sends messages; null when it has none. Throws InputError naming a file.
  virtual std::shared_ptr<const Dataset> dataset(DatasetCache&) const { return nullptr; }
  // The sorts of messages that the component of this name sends from the data set in a run with this seed.
  // Throws InputError when it would send what the data set does not have.
  struct SampleOptions {
    const std::string& name;
    std::uint64_t seed = 0;
  };
  virtual std::vector<Sample> samples(const Dataset&, const SampleOptions&) const { return {}; }
  // The labels that it writes are below this; empty when nothing is known about them.
  virtual std::optional<int> label_classes(const MakeContext&) const { return std::nullopt; }

  // Makes its application. Throws InputError when something is wrong with its data.
  virtual std::unique_ptr<App> make(const MakeContext& context) const = 0;
};

}  // namespace dse
