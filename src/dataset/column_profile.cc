#include "dataset/column_profile.h"

#include <algorithm>
#include <limits>

namespace dse {
namespace {

// From here on a number is rounded to a float that is infinite: half a unit in the last place beyond the
// largest.
constexpr double kBeyondFloat = 0x1.ffffffp127;
static_assert(kBeyondFloat > std::numeric_limits<float>::max());

}  // namespace

std::string_view name(ColumnType type) {
  switch (type) {
    case ColumnType::kEmpty:
      return "empty";
    case ColumnType::kInteger:
      return "integer";
    case ColumnType::kNumber:
      return "number";
    case ColumnType::kText:
      return "text";
  }
  return "";
}

ColumnProfile::Field ColumnProfile::add(std::string_view field, const MissingTexts& missing) {
  if (missing.contains(field)) {
    ++missing_;
    return Field::kMissing;
  }
  if (text_) return Field::kText;
  const NumberText<double> number = read_double(field);
  if (number.form != NumberForm::kNumber) [[unlikely]]
    return add_other(number.form);
  if (number.value >= kBeyondFloat || number.value <= -kBeyondFloat) [[unlikely]]
    return add_other(NumberForm::kTooLarge);
  if (integers_ && !is_integer(field)) integers_ = false;
  if (numbers_ == 0) least_ = most_ = number.value;
  least_ = std::min(least_, number.value);
  most_ = std::max(most_, number.value);
  sum_ += number.value;
  ++numbers_;
  return Field::kNumber;
}

ColumnProfile::Field ColumnProfile::add_other(NumberForm form) {
  if (form == NumberForm::kText) {
    text_ = true;
    return Field::kText;
  }
  unusual_ = true;
  return form == NumberForm::kTooLarge ? Field::kTooLarge : Field::kNotFinite;
}

ColumnType ColumnProfile::type() const {
  if (text_) return ColumnType::kText;
  if (numbers_ == 0 && !unusual_) return ColumnType::kEmpty;
  return unusual_ || !integers_ ? ColumnType::kNumber : ColumnType::kInteger;
}

}  // namespace dse
