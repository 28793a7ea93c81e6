// Which queues of an imported topology somebody reads: a scenario needs readers, and a retry needs queues
// without any.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

struct PlaceholderReaders {
  std::vector<std::string> read;     // queues, in the order in which they were given
  std::vector<std::string> unnamed;  // without a reader, and nothing else in the scenario names them
};

// A reader for each of these queues of `topology` but those in which messages only wait until they are
// dead-lettered; one of the latter has a reader, too, where otherwise all that it gives up would come back to
// it, which `dse check` refuses.
PlaceholderReaders choose_readers(const Scenario& topology, const std::vector<std::string>& queues);

}  // namespace dse
