// Data sets that are loaded, shared by the worlds that read the same files. Any thread.
#pragma once

#include <cstdint>
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
    const auto dataset = datasets_.emplace(files, load_dataset(files.first, files.second)).first->second;
    digests_[files.first] = dataset->images_digest();
    if (files.second) digests_[*files.second] = dataset->labels_digest();
    return dataset;
  }
  // Another file that a world has read.
  void note_digest(const std::string& path, std::uint64_t digest) {
    const std::scoped_lock lock(mutex_);
    digests_[path] = digest;
  }
  // The digest of a file as it was when it was read; empty when it was not.
  std::optional<std::uint64_t> digest_of(const std::string& path) const {
    const std::scoped_lock lock(mutex_);
    const auto found = digests_.find(path);
    return found == digests_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<DatasetFiles, std::shared_ptr<const Dataset>> datasets_;
  std::map<std::string, std::uint64_t> digests_;  // by path
};

}  // namespace dse
