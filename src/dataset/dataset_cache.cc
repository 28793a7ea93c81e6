#include "dse/dataset_cache.h"

#include <set>

namespace dse {

std::shared_ptr<const Dataset> DatasetCache::get(const DatasetFiles& files) {
  const std::scoped_lock lock(mutex_);
  const auto found = datasets_.find(files);
  if (found != datasets_.end()) return found->second;
  const auto dataset = datasets_.emplace(files, load_dataset(files.first, files.second)).first->second;
  digests_[files.first] = dataset->digest();
  if (files.second) digests_[*files.second] = dataset->labels_digest();
  return dataset;
}

std::shared_ptr<const Dataset> DatasetCache::get(
    const std::string& identity, const std::function<std::shared_ptr<const Dataset>()>& load) {
  const std::scoped_lock lock(mutex_);
  const auto found = loaded_.find(identity);
  if (found != loaded_.end()) return found->second;
  const auto dataset = loaded_.emplace(identity, load()).first->second;
  digests_[dataset->path()] = dataset->digest();
  return dataset;
}

void DatasetCache::note_digest(const std::string& path, std::uint64_t digest) {
  const std::scoped_lock lock(mutex_);
  digests_[path] = digest;
}

std::vector<std::string> DatasetCache::notes() const {
  const std::scoped_lock lock(mutex_);
  std::set<std::string> notes;
  for (const auto& [identity, dataset] : loaded_)
    notes.insert(dataset->notes().begin(), dataset->notes().end());
  return {notes.begin(), notes.end()};
}

std::optional<std::uint64_t> DatasetCache::digest_of(const std::string& path) const {
  const std::scoped_lock lock(mutex_);
  const auto found = digests_.find(path);
  return found == digests_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dse
