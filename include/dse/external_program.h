// How a scenario names a program in another language.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "dse/error.h"
#include "dse/time.h"

namespace dse {

struct ExternalProgram {
  std::vector<std::string> words;  // the first is found in `folder`, or on PATH
  std::string folder;              // where it is started: the scenario's folder
  std::string options = "{}";      // handed over as they are: a JSON object
  std::vector<std::pair<std::string, std::string>> environment = {};  // added to what dse sets
  std::vector<std::string> files = {};              // what it reads, as the scenario writes it
  TimeNs patience_ns = 60 * kNanosecondsPerSecond;  // real time for one reply
  InputPlace place = {};                            // where the scenario has the command
};

}  // namespace dse
