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
      const auto found = all_->names.find(resource);
      return found == all_->names.end() ? std::nullopt : std::optional(found->second);
    }
    const auto found = std::find(few_.begin(), few_.end(), resource);
    if (found == few_.end()) return std::nullopt;
    return number(static_cast<std::size_t>(found - few_.begin()));
  }

  // Returns the next number, for a resource that has none yet.
  ResourceAlias add(const std::string& resource) {
    const ResourceAlias next = number(given());
    if (all_ == nullptr && few_.size() < kFew) {
      few_.push_back(resource);
      return next;
    }
    if (all_ == nullptr) index();
    all_->names.emplace(resource, next);
    return next;
  }

  // From now on no resource has a number; those that were given are not given again.
  void forget() {
    const std::size_t before = given();
    few_.clear();
    all_ = std::make_unique<All>();
    all_->forgotten = before;
  }

 private:
  // Up to this many names, a linear search is faster; most components have one or two.
  static constexpr std::size_t kFew = 8;

  struct All {
    std::unordered_map<std::string, ResourceAlias> names;
    std::size_t forgotten = 0;  // numbers given to names that are not known any more
  };

  static ResourceAlias number(std::size_t place) { return ResourceAlias(static_cast<std::uint32_t>(place)); }
  std::size_t given() const { return all_ == nullptr ? few_.size() : all_->forgotten + all_->names.size(); }

  void index() {
    all_ = std::make_unique<All>();
    for (const std::string& resource : few_) all_->names.emplace(resource, number(all_->names.size()));
    few_ = {};
  }

  std::vector<std::string> few_;  // by number
  std::unique_ptr<All> all_;      // used when there are more, or some are forgotten
};

}  // namespace dse
