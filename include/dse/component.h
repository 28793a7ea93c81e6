// A component of a scenario, as the simulator sees it: everything that dse wants to know of a component is
// asked here. Immutable once read; any thread may ask.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dse/app.h"
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
  std::string key = "#";      // topic pattern, of an exchange that is read
  std::uint32_t prefetch = 0;
};

// Where a component's messages come from and go to.
struct Ports {
  std::optional<std::string> reads = {};  // the resource whose queue it streams
  std::vector<std::string> writes = {};   // the resources whose exchanges it writes to
  // Only the ends of a gateway have these: where on a broker their messages come from, or go.
  std::optional<OutsidePort> from_outside = {};
  std::optional<OutsidePort> to_outside = {};
};

// What the messages are that a component writes.
struct Emits {
  bool labels = false;  // they may have the header `label`
  // They are predictions: each answers the message of its correlation id, and is scored.
  bool answers = false;
  bool forwards = false;  // their payloads are those of the messages that it reads
};

// One sort of message that a component makes of its data set, as far as bindings and models look at it.
struct Sample {
  std::uint32_t index = 0;   // the first image, in the order of sending, that makes such a message
  std::string key;           // routing key
  std::optional<int> label;  // header; empty: none
};

// A file that a component reads.
struct ReadFile {
  std::string key;   // of the scenario: "images"
  std::string path;  // ready to open
  InputPlace place;  // where the scenario names it
};

// Other components that one names, and that must be there and write answers.
struct Named {
  std::string key;  // of the scenario: "models"
  std::vector<std::string> components;
};

// A data set whose images can come to a component, straight or forwarded by others.
struct DataInput {
  std::shared_ptr<const Dataset> data;
  bool labelled = false;  // its writer sends the labels with the images
};

// How answers are measured over time.
struct MeasureOptions {
  TimeNs curve_every_ns = kNanosecondsPerSecond;  // a point of a curve for each interval
  std::size_t window = 1000;                      // examples
  double fading = 0.999;
  std::size_t note_state_every = 0;  // batches between two states() of what learns; 0: none are noted
};

// What a component's application is made with. An application copies what it needs of it, which may be used
// as long as the application lives. A function may be empty: then nobody listens, and nothing is known.
struct MakeContext {
  std::string name;            // the component's
  InputPlace place = {};       // where the scenario describes it, for errors
  std::uint32_t prefetch = 0;  // of the resource that it reads
  MeasureOptions measures = {};

  // The component's own random stream for a purpose. Drawing from it shifts nobody else's draws.
  std::function<RandomStream&(const std::string& purpose)> random = {};
  // A file NAME + `ending` of the run directory, to write lines into.
  std::function<LineSink(const std::string& ending)> open_lines = {};
  // The component's own data set. Throws InputError at the place that names the file.
  std::function<std::shared_ptr<const Dataset>()> own_data = {};
  // The data sets whose images can come to it, in the scenario's order. Throws as own_data.
  std::function<std::vector<DataInput>()> inputs = {};
  // Throws InputError unless what the scenario's own data sets send it fits a learner made so.
  std::function<void(const LearnerOptions&)> require_fitting = {};
  // Whoever reads a file beside the data sets notes its digest here.
  DatasetCache* files = nullptr;

  TruthSink truth = {};
  IndexSink index = {};
  TruthOf truth_of = {};
  TruthSink verdict = {};  // told what the component has decided about a message, to be scored
  std::function<void(const MessagePtr&)> leave = {};  // takes what leaves the bus, of Ports::to_outside
};

class Component {
 public:
  virtual ~Component() = default;

  virtual Ports ports() const = 0;
  // The metrics of its application, and `accuracy` if its verdicts are scored. Those that every component has
  // which reads a resource, and the accuracy of answers, come by themselves.
  virtual std::vector<MetricInfo> metrics() const = 0;
  virtual Emits emits() const { return {}; }
  // Whether it learns from messages with a label and answers the others: their times are measured apart.
  virtual bool learns() const { return false; }
  // How long a job of its strand takes beside those of others, for sharing work between threads; 0: it has
  // none.
  virtual unsigned job_cost() const { return 0; }
  // What it keeps in files of its own name: their endings, ".csv".
  virtual std::vector<std::string> kept_files() const { return {}; }
  virtual std::vector<ReadFile> read_files() const { return {}; }
  virtual Named named() const { return {}; }

  // The data set that it sends messages of; null when it has none. Throws InputError naming a file.
  virtual std::shared_ptr<const Dataset> dataset(DatasetCache&) const { return nullptr; }
  // The sorts of messages that the component of this name sends of it in a run with this seed. Throws
  // InputError when it would send what the data set does not have.
  struct SampleOptions {
    const std::string& name;
    std::uint64_t seed = 0;
  };
  virtual std::vector<Sample> samples(const Dataset&, const SampleOptions&) const { return {}; }
  // Labels that it writes are below this; empty when nothing is known of them.
  virtual std::optional<int> label_classes(const MakeContext&) const { return std::nullopt; }

  // Throws InputError for what is wrong with its data.
  virtual std::unique_ptr<App> make(const MakeContext& context) const = 0;
};

}  // namespace dse
