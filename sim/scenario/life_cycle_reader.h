// The keys of [component.NAME] that say when it ends, how it comes back after a crash, and how many there are
// of it.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"
#include "sim/scenario/table_reader.h"

namespace dse {

// The most replicas of one component.
inline constexpr std::int64_t kReplicasMax = 10'000;

// Reads `stop`, `restart` and `checkpoint` of `component`, whose other keys have been read. Throws InputError
// also when they do not fit it: when it would stop before it starts, or keeps no state for a checkpoint.
LifeCycle read_life_cycle(TableReader& table, const ComponentConfig& component);

// The replicas NAME-1 … NAME-N of the component when it has `count = N`; else the component itself. Throws
// InputError when one cannot have its name.
std::vector<ComponentConfig> read_replicas(TableReader& table, const ComponentConfig& component);

// To be called when all components have been read. Throws InputError when a replica has the name of another
// component.
void check_replica_names(const Scenario& scenario);
// To be called when all faults have been read. Throws InputError when a component is restarted that no fault
// crashes.
void check_restarts(const Scenario& scenario);

}  // namespace dse
