// How many connections each user has open. One thread.
#pragma once

#include <cstddef>
#include <map>
#include <string>

namespace dse {

class UserConnections {
 public:
  explicit UserConnections(std::size_t most) : most_(most) {}

  std::size_t most() const { return most_; }
  // Returns whether the user may have one more, which then counts until remove().
  bool add(const std::string& user) {
    std::size_t& count = counts_[user];
    if (count >= most_) return false;
    ++count;
    return true;
  }
  void remove(const std::string& user) {
    const auto at = counts_.find(user);
    if (at != counts_.end() && --at->second == 0) counts_.erase(at);
  }

 private:
  std::size_t most_;
  std::map<std::string, std::size_t> counts_;
};

}  // namespace dse
