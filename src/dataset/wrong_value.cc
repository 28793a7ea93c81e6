#include "dataset/wrong_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/printable.h"

namespace dse {
namespace {

constexpr std::size_t kShownBytesMax = 100;

// What to do about a number with a decimal comma; "" for anything else.
std::string_view advice(std::string_view field) {
  std::string with_point(field.substr(0, kShownBytesMax));
  if (std::count(with_point.begin(), with_point.end(), ',') != 1) return "";
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  return read_double(with_point).form == NumberForm::kNumber ? "; decimals are written with a point" : "";
}

}  // namespace

std::string shown(std::string_view field) {
  if (field.size() <= kShownBytesMax) return quoted_text(field);
  return fmt::format("{} and so on, {} bytes", quoted_text(field.substr(0, kShownBytesMax)), field.size());
}

void refuse_number(const InputPlace& place, NumberForm form, std::string_view field) {
  if (form == NumberForm::kTooLarge)
    throw InputError(place, fmt::format("{} is beyond the range of a 32-bit float", shown(field)));
  if (form == NumberForm::kNotFinite) {
    throw InputError(place,
                     fmt::format("{} is no finite number; if it means that the value is missing, list it "
                                 "among the texts that mean this",
                                 shown(field)));
  }
  throw InputError(place,
                   fmt::format("{} is not a number, as a feature must be{}", shown(field), advice(field)));
}

void refuse_missing(const InputPlace& place, std::string_view what, std::string_view how) {
  throw InputError(place, fmt::format("{} is missing: {}", what, how));
}

}  // namespace dse
