// The topology of a scenario that RabbitMQ's definitions describe, and a list of what they say beyond it.
// docs/definitions.md has the table of what becomes of what.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dse/binding.h"
#include "dse/exchange_options.h"
#include "sim/definitions/definitions.h"
#include "sim/scenario/scenario.h"

namespace dse {

struct ScenarioSkeleton {
  std::string vhost = {};
  std::string version = {};                              // RabbitMQ's
  std::map<std::string, ResourceConfig> resources = {};  // those that need a table
  std::map<std::string, ExchangeOptions> exchanges = {};
  std::vector<BindingSpec> bindings = {};
  // The queues that a placeholder reads: all but those in which messages only wait until they are
  // dead-lettered.
  std::vector<std::string> read_queues = {};
  // What is not as in the definitions, by name and with the reason; one sentence each, fit for one line.
  std::vector<std::string> notes = {};
  // Users and what they may do, one line each.
  std::vector<std::string> people = {};
};

// The skeleton of one virtual host: the one named; otherwise "/", or the only one. Throws InputError, which
// names `file`, when that does not say which.
ScenarioSkeleton make_skeleton(const Definitions& definitions, const std::optional<std::string>& vhost,
                               const std::string& file);

// It as a scenario that `dse check` takes, with the notes at its head. Throws InputError, which names `file`,
// when that would be larger than a scenario may be.
std::string skeleton_text(const ScenarioSkeleton& skeleton, const std::string& file);

}  // namespace dse
