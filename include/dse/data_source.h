// A data set that a scenario describes in [data.NAME], for the components that name it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dse/dataset.h"
#include "dse/dataset_cache.h"
#include "dse/error.h"

namespace dse {

// A file that a component reads.
struct ReadFile {
  std::string key;           // in the scenario: "images"
  std::string path;          // ready to open
  InputPlace place;          // where the scenario names it
  std::string written = {};  // as the scenario names it; "": as it has the key
};

struct DataSource {
  std::string name;
  std::vector<ReadFile> files;
  bool has_times = false;  // its items arrived at times of their own
  // Opens it; `in_memory` is for those who need its items in another order than that of the file. Throws
  // InputError, at the place in the scenario that it is about.
  struct Opening {
    DatasetCache& cache;
    bool in_memory = false;
  };
  std::function<std::shared_ptr<const Dataset>(const Opening& opening)> open;
};

}  // namespace dse
