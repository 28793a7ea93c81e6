// Loaded data sets, shared by the worlds that read the same files. Any thread may use it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/dataset.h"

namespace dse {

// A file of images, and one of labels if there is one.
using DatasetFiles = std::pair<std::string, std::optional<std::string>>;

class DatasetCache {
 public:
  // Loads each pair of files once. Throws InputError when a file is wrong.
  std::shared_ptr<const Dataset> get(const DatasetFiles& files);
  // The data set that `load` loads, once for each `identity`.
  std::shared_ptr<const Dataset> get(const std::string& identity,
                                     const std::function<std::shared_ptr<const Dataset>()>& load);
  // Notes the digest of another file that was read.
  void note_digest(const std::string& path, std::uint64_t digest);
  // The notes of all data sets that were loaded, each once.
  std::vector<std::string> notes() const;
  // XXH3 (64 bits) of a file as it was when it was read; empty when it was not read.
  std::optional<std::uint64_t> digest_of(const std::string& path) const;

 private:
  mutable std::mutex mutex_;
  std::map<DatasetFiles, std::shared_ptr<const Dataset>> datasets_;
  std::map<std::string, std::shared_ptr<const Dataset>> loaded_;  // by identity
  std::map<std::string, std::uint64_t> digests_;                  // by path
};

}  // namespace dse
