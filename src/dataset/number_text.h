// Decimal numbers in a table's fields.
#pragma once

#include <string_view>

namespace dse {

enum class NumberForm {
  kNumber,
  kText,       // not a number
  kNotFinite,  // "inf", "nan" and their like, in any case of letters
  kTooLarge,   // beyond the type's range
};

template <typename Number>
struct NumberText {
  NumberForm form = NumberForm::kText;
  Number value = 0;  // meaningful for kNumber only
};

// The nearest number to a decimal one, which may have a sign, a point and an exponent; whatever the locale.
// The text has no spaces around it.
NumberText<double> read_double(std::string_view text);
NumberText<float> read_float(std::string_view text);

// Whether the text consists of digits, perhaps after a sign.
bool is_integer(std::string_view text);
// Whether the integer `a` is less than `b`, of any length.
bool integer_less(std::string_view a, std::string_view b);

}  // namespace dse
