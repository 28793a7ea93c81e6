// Data sets that are loaded, shared by the worlds that read the same files. Any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "dataset/dataset.h"

namespace dse {

// A file of images, and one of labels if there is one.
using DatasetFiles = std::pair<std::string, std::optional<std::string>>;

class DatasetCache {
 public:
  // Loads each pair of files once. Throws InputError when a file is wrong.
  std::shared_ptr<const Dataset> get(const DatasetFiles& files) {
    const std::scoped_lock lock(mutex_);
    const auto found = datasets_.find(files);
    if (found != datasets_.end()) return found->second;
    return datasets_.emplace(files, load_dataset(files.first, files.second)).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<DatasetFiles, std::shared_ptr<const Dataset>> datasets_;
};

}  // namespace dse
