// The files that a scenario's components read, and what was in them when a run read them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace dse {

struct DataFile {
  std::string name;  // as the scenario gives it
  std::string path;  // ready to open
};
// The data sets and saved learners, as often as they are named.
std::vector<DataFile> data_files(const Scenario& scenario);

// XXH3 (64 bits) of each file on disk, by its name in the scenario.
using DataDigests = std::map<std::string, std::uint64_t>;

// What differs, for human readers: "train-images.gz was 0123456789abcdef and is fedcba9876543210", one after
// another; "" when every file of `before` is what it was.
std::string changed_data(const DataDigests& before, const DataDigests& now);

}  // namespace dse
