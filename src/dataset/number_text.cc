#include "dataset/number_text.h"

#include <fast_float/fast_float.h>

#include <algorithm>
#include <cmath>

namespace dse {
namespace {

template <typename Number>
NumberText<Number> read_number(std::string_view text) {
  // The library, as std::from_chars, takes no plus.
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  NumberText<Number> number;
  const char* const end = text.data() + text.size();
  const auto [read_to, error] = fast_float::from_chars(text.data(), end, number.value);
  if (read_to != end || text.empty()) return number;
  if (std::isfinite(number.value)) {
    if (error == std::errc()) number.form = NumberForm::kNumber;
    return number;
  }
  const char first = text[text[0] == '-' ? 1 : 0];
  const bool has_digits = (first >= '0' && first <= '9') || first == '.';
  number.form = has_digits ? NumberForm::kTooLarge : NumberForm::kNotFinite;
  return number;
}

struct Integer {
  bool negative = false;
  std::string_view digits;  // without leading zeros; none for 0
};

Integer integer_of(std::string_view text) {
  Integer integer;
  if (text.front() == '-' || text.front() == '+') {
    integer.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  integer.digits = text.substr(std::min(text.find_first_not_of('0'), text.size()));
  if (integer.digits.empty()) integer.negative = false;
  return integer;
}

bool digits_less(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

NumberText<double> read_double(std::string_view text) { return read_number<double>(text); }
NumberText<float> read_float(std::string_view text) { return read_number<float>(text); }

bool is_integer(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool integer_less(std::string_view a, std::string_view b) {
  const Integer one = integer_of(a);
  const Integer other = integer_of(b);
  if (one.negative != other.negative) return one.negative;
  return one.negative ? digits_less(other.digits, one.digits) : digits_less(one.digits, other.digits);
}

}  // namespace dse
