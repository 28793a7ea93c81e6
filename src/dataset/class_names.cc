#include "dataset/class_names.h"

#include <algorithm>

#include "core/check.h"
#include "dataset/number_text.h"

namespace dse {

ClassNames::ClassNames(const std::vector<std::string>& names) {
  for (const std::string& name : names) add(name);
}

void ClassNames::add(std::string_view name) {
  DSE_CHECK(names_.size() < kClassesMax, "more than {} classes", kClassesMax);
  const bool is_new = numbers_.emplace(name, static_cast<int>(names_.size())).second;
  DSE_CHECK(is_new, "class {} twice", name);
  names_.emplace_back(name);
}

std::vector<std::string> ClassNames::sorted() const {
  std::vector<std::string> result = names_;
  if (!std::all_of(result.begin(), result.end(), is_integer)) {
    std::sort(result.begin(), result.end());
    return result;
  }
  std::sort(result.begin(), result.end(), [](const std::string& a, const std::string& b) {
    if (integer_less(a, b)) return true;
    return !integer_less(b, a) && a < b;
  });
  return result;
}

}  // namespace dse
