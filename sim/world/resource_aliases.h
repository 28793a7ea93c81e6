// The numbers that one component gives to resources, from 0, in the order in which it first names
// them. One thread.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "bus/frame.h"

namespace dse {

class ResourceAliases {
 public:
  std::optional<ResourceAlias> find(const std::string& resource) const {
    if (all_ != nullptr) {
      const auto found = all_->find(resource);
      return found == all_->end() ? std::nullopt : std::optional(found->second);
    }
    const auto found = std::find(few_.begin(), few_.end(), resource);
    if (found == few_.end()) return std::nullopt;
    return number(static_cast<std::size_t>(found - few_.begin()));
  }

  // Returns the next number, for a resource that has none yet.
  ResourceAlias add(const std::string& resource) {
    const ResourceAlias next = number(all_ == nullptr ? few_.size() : all_->size());
    if (all_ == nullptr && few_.size() < kFew) {
      few_.push_back(resource);
      return next;
    }
    if (all_ == nullptr) index();
    all_->emplace(resource, next);
    return next;
  }

  // From now on no resource has a number; those that were given are not given again.
  void forget() {
    forgotten_ += all_ == nullptr ? few_.size() : all_->size();
    few_.clear();
    all_.reset();
  }

 private:
  // Up to this many names, a linear search is faster; most components have one or two.
  static constexpr std::size_t kFew = 8;

  ResourceAlias number(std::size_t place) const {
    return ResourceAlias(static_cast<std::uint32_t>(forgotten_ + place));
  }

  void index() {
    all_ = std::make_unique<std::unordered_map<std::string, ResourceAlias>>();
    for (const std::string& resource : few_) all_->emplace(resource, number(all_->size()));
    few_ = {};
  }

  std::size_t forgotten_ = 0;
  std::vector<std::string> few_;                                         // by number
  std::unique_ptr<std::unordered_map<std::string, ResourceAlias>> all_;  // used when there are more
};

}  // namespace dse
