// The attributes of Agrawal's people in a row, and the ten functions, written from the definition and apart
// from the code.
#pragma once

#include <algorithm>

#include "unit/synthetic/synthetic_rows.h"

struct LoanApplicant {
  double salary;
  double commission;
  double age;
  double elevel;
  double car;
  double zipcode;
  double hvalue;
  double hyears;
  double loan;

  explicit LoanApplicant(const LabelledRow& row)
      : salary(row[0]),
        commission(row[1]),
        age(row[2]),
        elevel(row[3]),
        car(row[4]),
        zipcode(row[5]),
        hvalue(row[6]),
        hyears(row[7]),
        loan(row[8]) {}

  bool young() const { return age < 40; }
  bool middle_aged() const { return 40 <= age && age < 60; }
  bool old() const { return 60 <= age; }
};

inline bool between(double value, double least, double most) { return least <= value && value <= most; }

// `least` and `most` are in thousands.
inline bool within(double value, double least, double most) {
  return between(value, 1000 * least, 1000 * most);
}

inline bool one_of(double value, std::initializer_list<int> values) {
  return std::any_of(values.begin(), values.end(),
                     [&](int each) { return static_cast<double>(each) == value; });
}

// Whether the paper's function, 1 to 10, puts a person into group A.
inline bool group_a_by_definition(int function, const LoanApplicant& p) {
  const double earned = p.salary + p.commission;
  switch (function) {
    case 1:
      return p.young() || p.old();
    case 2:
      return (p.young() && within(p.salary, 50, 100)) || (p.middle_aged() && within(p.salary, 75, 125)) ||
             (p.old() && within(p.salary, 25, 75));
    case 3:
      return (p.young() && one_of(p.elevel, {0, 1})) || (p.middle_aged() && one_of(p.elevel, {1, 2, 3})) ||
             (p.old() && one_of(p.elevel, {2, 3, 4}));
    case 4:
      return (p.young() &&
              (one_of(p.elevel, {0, 1}) ? within(p.salary, 25, 75) : within(p.salary, 50, 100))) ||
             (p.middle_aged() &&
              (one_of(p.elevel, {1, 2, 3}) ? within(p.salary, 50, 100) : within(p.salary, 75, 125))) ||
             (p.old() &&
              (one_of(p.elevel, {2, 3, 4}) ? within(p.salary, 50, 100) : within(p.salary, 25, 75)));
    case 5:
      return (p.young() &&
              (within(p.salary, 50, 100) ? within(p.loan, 100, 300) : within(p.loan, 200, 400))) ||
             (p.middle_aged() &&
              (within(p.salary, 75, 125) ? within(p.loan, 200, 400) : within(p.loan, 300, 500))) ||
             (p.old() && (within(p.salary, 25, 75) ? within(p.loan, 300, 500) : within(p.loan, 100, 300)));
    case 6:
      return (p.young() && within(earned, 50, 100)) || (p.middle_aged() && within(earned, 75, 125)) ||
             (p.old() && within(earned, 25, 75));
    case 7:
      return 10 * earned - 3 * p.loan > 300'000;
    case 8:
      return 2 * earned - 15'000 * p.elevel > 60'000;
    case 9:
      return 10 * earned - 75'000 * p.elevel - 3 * p.loan > 150'000;
    default:
      return 100 * earned - 750'000 * p.elevel + 3 * p.hvalue * std::max(p.hyears - 20, 0.0) > 1'500'000;
  }
}
