// A scenario: what the user's TOML file says, as plain values. docs/scenario-format.md describes every key.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "apps/production_source.h"
#include "core/error.h"
#include "core/time.h"
#include "message/binding.h"
#include "sim/scenario/scenario_keys.h"

namespace dse {

struct SliceConfig {
  std::int64_t first = 0;
  std::int64_t last = 0;  // one past
  InputPlace place;
};

struct GeneratorConfig {
  std::string images;  // path, ready to open
  std::string labels;
  InputPlace images_place;  // where the scenario names the file
  InputPlace labels_place;
  std::string to;
  Rate rate;
  bool shuffled = true;
  std::optional<std::int64_t> limit;
  std::optional<SliceConfig> slice;
};

struct SourceConfig {
  std::string images;
  std::optional<std::string> truth;
  InputPlace images_place;
  InputPlace truth_place;
  std::string to;
  std::string key;
  Rate rate;
  Arrivals arrivals = Arrivals::kRegular;
  std::optional<SliceConfig> slice;
};

struct InitialConfig {
  std::string path;  // of a saved learner, ready to open
  InputPlace place;
};

struct ModelConfig {
  std::string learner;
  std::string from;
  std::string to;
  std::int64_t batch = 16;
  TimeNs train_service_ns = 0;
  TimeNs infer_service_ns = 0;
  std::optional<std::pair<std::int64_t, std::int64_t>> shape;  // rows, columns; from the data if not given
  std::optional<std::int64_t> classes;                         // likewise
  std::optional<InitialConfig> initial;
};

struct ConsumerConfig {
  std::string from;
  TimeNs service_ns = 0;
};
struct EchoConfig : ConsumerConfig {};
struct WatchConfig : ConsumerConfig {};
struct EnsembleConfig : ConsumerConfig {
  std::vector<std::string> models;
};

// What is written to a resource leaves for an exchange of a broker.
struct ExportConfig {
  std::string from;      // resource
  std::string queue;     // its own, named like the component; a binding of the scenario leads into it
  std::string exchange;  // on the broker
};

// What a broker has enters a resource: all of a queue, or what an exchange gets.
struct ImportConfig {
  std::string queue;      // on the broker; "" when it is an exchange
  std::string exchange;   // on the broker; "" when it is a queue
  std::string key = "#";  // topic pattern, of an exchange
  std::string to;         // resource
  std::uint32_t prefetch = 256;
};

using KindConfig = std::variant<GeneratorConfig, SourceConfig, ModelConfig, EchoConfig, WatchConfig,
                                EnsembleConfig, ExportConfig, ImportConfig>;

struct ComponentConfig {
  std::string name;
  TimeNs start_ns = 0;
  KindConfig kind;
  InputPlace place;
  bool ends_when_refusing = false;  // the run, when it refuses a message
};

struct ResourceConfig {
  std::uint32_t prefetch = 64;  // of each stream of this resource; 0: no limit
};

// That a metric is within bounds, or rises.
struct MetricExpect {
  std::string metric;
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> equals;
  bool rises = false;           // its curve: the last quarter's mean is above the first's
  std::optional<TimeNs> by_ns;  // over everything up to then; empty: over the whole run
};

enum class Guarantee { kExactlyOnce, kAtLeastOnce };

// What happens to messages on their way; sim/world/ledger.h says how each is judged.
struct DeliveryExpect {
  std::string resource;                 // the queue; "" for all, of `lost` alone
  std::optional<std::string> consumer;  // one that streams it; empty: all together
  std::optional<Guarantee> delivered;
  bool fifo = false;
  std::optional<std::int64_t> lost;  // exactly so many
};

// How the run ends.
struct StatusExpect {
  std::string status;  // "completed", "stalled" or "refused"
};

struct ExpectConfig {
  std::string name;    // for people; "" if it has none
  bool fails = false;  // a planted fault is to be caught here: it must not hold
  std::variant<MetricExpect, DeliveryExpect, StatusExpect> what;
};

// So many labels a data set has that tells none: none, or all 0.
inline constexpr std::int64_t kClassesWithoutData = 10;

enum class FaultKind { kLose, kDuplicate, kSwap, kMislabel, kMute, kCrash };

// Something that goes wrong with one component; sim/world/faults.h says what each kind does.
struct FaultConfig {
  FaultKind kind = FaultKind::kLose;
  std::string component;
  std::int64_t every = 1;               // it strikes one in so many
  std::optional<std::int64_t> limit;    // at most so many times
  TimeNs from_ns = 0;                   // not before
  std::optional<std::int64_t> classes;  // of kMislabel: labels are below it; from the data if not given
  TimeNs at_ns = 0;                     // of kCrash: when
};

struct Scenario {
  std::string path;
  std::string name;             // file name without its ending
  std::uint64_t hash = 0;       // of its keys
  std::uint64_t text_hash = 0;  // of the file's bytes and of --set, by which captures of format 1 know it
  std::shared_ptr<const ScenarioKeys> keys = std::make_shared<ScenarioKeys>();  // as read, --set put in
  std::string title;
  std::uint64_t seed = 1;
  std::uint64_t ordering = 0;      // of simultaneous events; 0: as they were scheduled
  std::optional<TimeNs> until_ns;  // empty: until drained
  TimeNs latency_ns = 0;
  TimeNs curve_every_ns = 0;
  std::int64_t accuracy_window = 1000;  // examples
  double accuracy_fading = 0.999;
  std::map<std::string, ResourceConfig> resources;  // only those with options
  std::vector<BindingSpec> bindings;
  std::vector<ComponentConfig> components;  // in the file's order; then exports, then imports
  std::vector<FaultConfig> faults;
  std::vector<ExpectConfig> expectations;

  std::uint32_t prefetch_of(const std::string& resource) const;
};

// The resource that a component streams and the one that it writes; empty when it does not.
std::optional<std::string> resource_read(const ComponentConfig& component);
std::optional<std::string> resource_written(const ComponentConfig& component);
// Whether messages come to it, which it may refuse: from a resource, or from outside.
bool gets_messages(const ComponentConfig& component);
// From where: the resource, or the queue or exchange outside; "" when none come.
std::string source_of(const ComponentConfig& component);
// "training-generator", "model", ...
std::string kind_name(const ComponentConfig& component);
// The metrics that a component of this kind has, without its name.
std::vector<std::string> metric_names(const ComponentConfig& component);
// The metrics that every resource has, without its name.
std::vector<std::string> resource_metric_names();
// Whether the metric "<component or resource>.<metric>" has a curve in metrics.csv.
bool has_curve(std::string_view metric);
// Whether it is measured where every component is a node on a real broker, which does not show how full a
// queue was.
bool measured_on_nodes(std::string_view metric);
// Every resource that is named anywhere, in name order.
std::vector<std::string> resource_names(const Scenario& scenario);

}  // namespace dse
