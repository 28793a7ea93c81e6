// Makes the applications of a scenario's components, and knows which data can reach which of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dse/component.h"
#include "dse/dataset_cache.h"
#include "dse/random.h"
#include "sim/scenario/scenario.h"

namespace dse {

// Opens a file of the run directory to write lines into.
using OpenLines = std::function<LineSink(const std::string& file_name)>;
// The sinks of a run that keeps no files.
OpenLines no_files();

// A component starts again, for the `number`-th time; 0: it starts for the first time.
struct Restart {
  std::uint64_t number = 0;
  TimeNs time_ns = 0;
};

class ComponentMaker {
 public:
  // Everything must outlive the applications made. `verdict_of` returns the sink for a component's
  // decisions, `index_of` that for the items which it sends, `leave_of` the one for the messages of an
  // export. Functions may be empty.
  struct Parts {
    const Scenario& scenario;
    RandomStreams& random;
    DatasetCache& datasets;
    std::size_t note_state_every = 0;  // batches between two notes of the learned state; 0: none
    OpenLines open_lines;
    TruthSink truth = {};
    std::function<TruthSink(const std::string& component)> verdict_of = {};
    ProbabilitySink probabilities = {};
    std::function<std::function<void(const MessagePtr&)>(const ComponentConfig& component)> leave_of = {};
    DriftSink drifted = {};
    TruthOf truth_of = {};
    std::function<IndexSink(const std::string& component)> index_of = {};
    std::function<bool()> interrupted = {};
    bool keep_states = false;
    OpenLines open_protocol_log = {};
  };
  explicit ComponentMaker(Parts parts);

  // Loads the data sets that the component needs. Throws InputError when a file, a slice or a shape
  // is wrong.
  std::unique_ptr<App> make(const ComponentConfig& component) { return make_again(component, {}); }
  // The same after a crash. The application goes on with the files that its component keeps, and draws from
  // its random streams where the one before had stopped.
  std::unique_ptr<App> make_again(const ComponentConfig& component, Restart restart);
  // The scenario's faults, each with its number of classes, taken from the data that its component
  // writes. Throws what make() throws.
  std::vector<Fault> faults();

 private:
  LineSink open_lines(const ComponentConfig& component, const std::string& ending, Restart restart);
  LineSink open_protocol_log(const std::string& component, Restart restart);
  MakeContext context_of(const ComponentConfig& component, Restart restart = {});
  std::shared_ptr<const Dataset> dataset_of(const ComponentConfig& component);
  std::vector<const ComponentConfig*> origins_of(const ComponentConfig& component);
  std::vector<DataInput> inputs_of(const ComponentConfig& component);
  void require_fitting(const ComponentConfig& component, const Taken& taken);
  void require_truths(const ComponentConfig& component, int classes);
  std::int64_t classes_written_by(const ComponentConfig& component);

  Parts parts_;
  std::function<std::string(const std::string&)> called_;
  std::map<std::string, LineSink> lines_;  // by file name, for components that may start again
  std::map<std::string, LineSink> protocol_logs_;
};

}  // namespace dse
