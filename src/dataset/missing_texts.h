// The fields of a table that say that a value is missing.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace dse {

// The field without the spaces and tabs around it.
inline std::string_view without_spaces(std::string_view field) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!field.empty() && is_space(field.front())) field.remove_prefix(1);
  while (!field.empty() && is_space(field.back())) field.remove_suffix(1);
  return field;
}

class MissingTexts {
 public:
  explicit MissingTexts(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      const std::string_view core = without_spaces(text);
      if (core.empty()) {
        empty_ = true;
      } else {
        texts_.emplace_back(core);
        begins_[static_cast<unsigned char>(core.front())] = true;
      }
    }
  }

  // Whether the field, which has no spaces around it, is one of them. Most fields are told by their first
  // byte.
  bool contains(std::string_view field) const {
    if (field.empty()) return empty_;
    if (!begins_[static_cast<unsigned char>(field.front())]) return false;
    for (const std::string& text : texts_) {
      if (field == text) return true;
    }
    return false;
  }

 private:
  bool empty_ = false;
  std::array<bool, 256> begins_{};
  std::vector<std::string> texts_;
};

}  // namespace dse
