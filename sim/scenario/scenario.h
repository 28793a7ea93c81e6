// A scenario: what the user's TOML file says, as plain values. docs/scenario-format.md describes every key.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/permissions.h"
#include "dse/binding.h"
#include "dse/component.h"
#include "dse/concept_drift.h"
#include "dse/data_source.h"
#include "dse/drawn_time.h"
#include "dse/error.h"
#include "dse/exchange_options.h"
#include "dse/expectation.h"
#include "dse/fault.h"
#include "dse/metric.h"
#include "dse/queue_options.h"
#include "dse/time.h"
#include "sim/scenario/scenario_keys.h"

namespace dse {

// When a component ends before the run does, and how it comes back after a crash.
struct LifeCycle {
  struct Restart {
    TimeNs after_ns = 0;                     // after the crash
    std::optional<std::int64_t> times = {};  // at most this often
    InputPlace place = {};
  };

  std::optional<TimeNs> stop_ns = {};
  std::optional<Restart> restart = {};             // empty: it stays dead
  std::optional<TimeNs> checkpoint_every_ns = {};  // counted from its start, or its last restart

  bool empty() const { return !stop_ns && !restart; }
};

struct ComponentConfig {
  std::string name;
  TimeNs start_ns = 0;
  std::string kind;                            // "training-generator", "model", ...
  std::shared_ptr<const Component> component;  // what its kind has read
  InputPlace place;
  bool ends_when_refusing = false;        // whether the run ends when it refuses a message
  std::optional<DrawnTime> latency = {};  // the time of its hops; empty: that of the bus
  LifeCycle life = {};
  std::string user = {};  // the NAME of a [user.NAME]; "": nobody checks what it may do
  // The [component.NAME] of which it is one of several replicas; "" when it is alone.
  std::string replica_of = {};

  // The NAME of its [component.NAME].
  const std::string& table_name() const { return replica_of.empty() ? name : replica_of; }
  // Whether `name` means it: its own name, or the one that all its replicas have in common.
  bool is_called(std::string_view called) const { return called == name || called == table_name(); }
};

struct ResourceConfig {
  std::uint32_t prefetch = 64;  // for each stream of this resource; 0: no limit
  QueueOptions queue = {};
  std::optional<std::string> alternate = {};  // the alternate exchange of its exchange
  bool clients = false;  // those of a listener write it or consume from it, as if they were components
};

// RabbitMQ's.
inline constexpr TimeNs kHeartbeatNs = 60 * kNanosecondsPerSecond;
inline constexpr TimeNs kHeartbeatMaxNs = UINT16_MAX * kNanosecondsPerSecond;

struct Scenario {
  std::string path;
  std::string name;             // file name without its ending
  std::uint64_t hash = 0;       // hash of its keys
  std::uint64_t text_hash = 0;  // hash of the file's bytes and of --set; captures of format 1 have it
  std::shared_ptr<const ScenarioKeys> keys = std::make_shared<ScenarioKeys>();  // as read, with --set applied
  std::string title;
  std::uint64_t seed = 1;
  std::uint64_t ordering = 0;               // order of simultaneous events; 0: as they were scheduled
  std::optional<TimeNs> until_ns;           // empty: until drained
  TimeNs latency_ns = 0;                    // the time of a hop, unless it varies
  std::optional<DrawnTime> varied_latency;  // the time of hops that vary
  TimeNs heartbeat_ns = kHeartbeatNs;       // that of connections; 0: none
  TimeNs curve_every_ns = 0;
  std::int64_t accuracy_window = 1000;  // examples
  double accuracy_fading = 0.999;
  std::map<std::string, ResourceConfig> resources;   // only those with options
  std::map<std::string, ExchangeOptions> exchanges;  // those of [exchange.NAME]
  std::map<std::string, Permissions> users;          // those of [user.NAME]
  std::vector<BindingSpec> bindings;
  std::map<std::string, std::shared_ptr<const DataSource>> data;  // those of [data.NAME]
  std::set<std::string> named_data;                               // those that some component names
  std::vector<ComponentConfig> components;  // in the file's order; then exports, then imports
  std::vector<ConceptDrift> drifts;
  std::vector<Fault> faults;
  std::vector<Expectation> expectations;

  std::uint32_t prefetch_of(const std::string& resource) const;
};

// The latency of a hop of a component without one of its own.
DrawnTime latency_of(const Scenario& scenario);
// The resource that a component streams; empty when it does not.
std::optional<std::string> resource_read(const ComponentConfig& component);
// The resources that it writes to.
std::vector<std::string> resources_written(const ComponentConfig& component);
bool writes_to(const ComponentConfig& component, std::string_view resource);
// Whether it receives messages, which it may refuse: from a resource, or from outside.
bool gets_messages(const ComponentConfig& component);
// Where they come from: the resource, or the queue or exchange outside; "" when it receives none.
std::string source_of(const ComponentConfig& component);
bool is_import(const ComponentConfig& component);
bool is_export(const ComponentConfig& component);
// The metrics that a component has: those of its kind, and those of every component that receives messages.
std::vector<MetricInfo> metrics_of(const ComponentConfig& component);
// Those of them that it has because it starts again after a crash.
inline constexpr std::string_view kRestarts = "restarts";
inline constexpr std::string_view kForgotten = "forgotten";
std::vector<MetricInfo> metrics_of_life(const ComponentConfig& component);
// How many of its messages were not settled by the end.
inline constexpr std::string_view kUnhandled = "unhandled";
// The metrics that the replicas of one component have together, under the name of their [component.NAME]:
// counts of messages are summed, and the figures of answers are over all their answers. Whatever else a
// replica measures is only its own.
std::vector<MetricInfo> metrics_of_replicas(const ComponentConfig& replica);
// The metrics that every resource has.
std::vector<MetricInfo> metrics_of_resources();
// The metric "<component or resource>.<metric>"; empty when the scenario has none of that name.
std::optional<MetricInfo> find_metric(const Scenario& scenario, std::string_view metric);
// "<component or resource>.<metric>" for each metric, or only for those with a curve.
std::vector<std::string> metric_names(const Scenario& scenario, bool with_curve = false);
// Every resource that is named anywhere, in name order.
std::vector<std::string> resource_names(const Scenario& scenario);

}  // namespace dse
