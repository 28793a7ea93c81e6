// The labels of a table, and the numbers that learners know them by.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace dse {

inline constexpr std::size_t kClassesMax = 65'536;

class ClassNames {
 public:
  ClassNames() = default;
  // At most kClassesMax names, each once; the first has the number 0.
  explicit ClassNames(const std::vector<std::string>& names);

  std::optional<int> find(std::string_view name) const {
    const auto found = numbers_.find(name);
    return found == numbers_.end() ? std::nullopt : std::optional(found->second);
  }
  // Adds a name that is not there yet, as the last.
  void add(std::string_view name);

  std::size_t size() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }

  // The names in order: as numbers if all are integers, bytewise otherwise. Integers that are equal as
  // numbers
  // ("1" and "01") are ordered bytewise.
  std::vector<std::string> sorted() const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>()(name); }
  };

  std::vector<std::string> names_;
  std::unordered_map<std::string, int, Hash, std::equal_to<>> numbers_;  // only looked up
};

}  // namespace dse
