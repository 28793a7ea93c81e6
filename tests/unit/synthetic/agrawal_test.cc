#include "synthetic/agrawal.h"

#include <array>
#include <cmath>

#include "support/catch.h"
#include "unit/synthetic/people.h"
#include "unit/synthetic/synthetic_rows.h"

using namespace dse;

namespace {

constexpr std::size_t kRows = 10'000;

double house_unit(const LoanApplicant& person) { return 100'000 * (9 - person.zipcode); }

bool is_integer_between(double value, double least, double most) {
  return between(value, least, most) && std::floor(value) == value;
}

// Whether each attribute is what it may be, perturbed or not, apart from how commission and house value
// depend on others.
bool is_possible(const LoanApplicant& p) {
  return within(p.salary, 20, 150) && (p.commission == 0 || within(p.commission, 10, 75)) &&
         is_integer_between(p.age, 20, 80) && is_integer_between(p.elevel, 0, 4) &&
         is_integer_between(p.car, 1, 20) && is_integer_between(p.zipcode, 0, 8) &&
         within(p.hvalue, 0, 1350) && is_integer_between(p.hyears, 1, 30) && within(p.loan, 0, 500);
}

struct Marginal {
  std::size_t feature;
  double least;
  double most;
  bool integer;

  double mean() const { return (least + most) / 2; }
  double deviation() const {
    const double values = most - least + 1;
    return integer ? std::sqrt((values * values - 1) / 12) : (most - least) / std::sqrt(12.0);
  }
};

}  // namespace

TEST_CASE("a label of agrawal is what its function says of the row") {
  for (int function = 1; function <= 10; ++function) {
    CAPTURE(function);
    for (const bool balanced : {false, true}) {
      CAPTURE(balanced);
      // A row of group B takes hundreds that are thrown away where the group is small.
      const auto rows = rows_of<Agrawal>(AgrawalOptions{.function = function, .balanced = balanced},
                                         balanced ? kRows / 10 : kRows);
      CHECK(first_wrong(rows, [&](const LabelledRow& row) {
              return row.label == (group_a_by_definition(function, LoanApplicant(row)) ? 0 : 1);
            }) == "");
      CHECK(share_of(rows, 0) > 0);
      CHECK(share_of(rows, 1) > 0);
    }
  }
}

TEST_CASE("the attributes of agrawal are uniform in their ranges") {
  const auto rows = rows_of<Agrawal>(AgrawalOptions{}, kRows);
  CHECK(first_wrong(rows, [](const LabelledRow& row) { return is_possible(LoanApplicant(row)); }) == "");
  for (const Marginal& marginal : {Marginal{0, 20'000, 150'000, false}, Marginal{2, 20, 80, true},
                                   Marginal{3, 0, 4, true}, Marginal{4, 1, 20, true}, Marginal{5, 0, 8, true},
                                   Marginal{7, 1, 30, true}, Marginal{8, 0, 500'000, false}}) {
    CAPTURE(marginal.feature);
    CHECK(mean_of(rows, [&](const LabelledRow& row) { return row[marginal.feature]; }) ==
          Approx(marginal.mean()).margin(six_deviations(marginal.deviation(), kRows)));
    CHECK(reaches_ends(rows, marginal.least, marginal.most,
                       [&](const LabelledRow& row) { return row[marginal.feature]; }));
    if (!marginal.integer) continue;
    const double values = marginal.most - marginal.least + 1;
    for (double value = marginal.least; value <= marginal.most; ++value) {
      CAPTURE(value);
      CHECK(mean_of(rows, [&](const LabelledRow& row) { return row[marginal.feature] == value ? 1 : 0; }) ==
            Approx(1 / values).margin(six_deviations_of_share(1 / values, kRows)));
    }
  }
}

TEST_CASE("only people who earn less than 75,000 have a commission, from 10,000 to 75,000") {
  const auto rows = rows_of<Agrawal>(AgrawalOptions{}, kRows);
  CHECK(first_wrong(rows, [](const LabelledRow& row) { return (row[0] >= 75'000) == (row[1] == 0); }) == "");
  std::vector<LabelledRow> paid = rows;
  std::erase_if(paid, [](const LabelledRow& row) { return row[1] == 0; });
  constexpr double kShare = 55.0 / 130;
  CHECK(static_cast<double>(paid.size()) / kRows ==
        Approx(kShare).margin(six_deviations_of_share(kShare, kRows)));
  CHECK(reaches_ends(paid, 10'000, 75'000, [](const LabelledRow& row) { return row[1]; }));
  CHECK(mean_of(paid, [](const LabelledRow& row) { return row[1]; }) ==
        Approx(42'500).margin(six_deviations_of_uniform(65'000, paid.size())));
}

TEST_CASE("the value of a house is 0.5 to 1.5 times the unit of its zip code") {
  const auto rows = rows_of<Agrawal>(AgrawalOptions{}, kRows);
  CHECK(first_wrong(rows, [](const LabelledRow& row) {
          const LoanApplicant person(row);
          return between(person.hvalue, 0.5 * house_unit(person), 1.5 * house_unit(person));
        }) == "");
  const auto of_unit = [](const LabelledRow& row) {
    const LoanApplicant person(row);
    return person.hvalue / house_unit(person);
  };
  CHECK(reaches_ends(rows, 0.5, 1.5, of_unit));
  CHECK(mean_of(rows, of_unit) == Approx(1).margin(six_deviations_of_uniform(1, kRows)));
}

TEST_CASE("every function of agrawal judges the same people") {
  const auto people = rows_of<Agrawal>(AgrawalOptions{.function = 1}, 1000);
  for (int function = 2; function <= 10; ++function) {
    CAPTURE(function);
    const auto same = rows_of<Agrawal>(AgrawalOptions{.function = function}, 1000);
    for (std::size_t at = 0; at < people.size(); ++at) REQUIRE(same[at].features == people[at].features);
  }
}

TEST_CASE("the classes of a balanced agrawal alternate, beginning with B, and rows are only left out") {
  for (const int function : {1, 5, 8}) {
    CAPTURE(function);
    const auto balanced = rows_of<Agrawal>(AgrawalOptions{.function = function, .balanced = true}, 200);
    const auto all = rows_of<Agrawal>(AgrawalOptions{.function = function}, 2 * kRows);
    std::size_t at = 0;
    int wanted = 1;
    for (const LabelledRow& row : balanced) {
      REQUIRE(row.label == wanted);
      while (at < all.size() && all[at].label != wanted) ++at;
      REQUIRE(at < all.size());
      REQUIRE(row.features == all[at++].features);
      wanted = 1 - wanted;
    }
  }
}

TEST_CASE("a perturbation shifts agrawal's numbers within its share of their ranges, after the label") {
  const auto exact = rows_of<Agrawal>(AgrawalOptions{.function = 7}, kRows);
  for (const double share : {0.05, 0.5, 1.0}) {
    CAPTURE(share);
    const auto shifted = rows_of<Agrawal>(AgrawalOptions{.function = 7, .perturbation = share}, kRows);
    CHECK(first_wrong(shifted, [](const LabelledRow& row) { return is_possible(LoanApplicant(row)); }) == "");
    double salary_shift = 0;
    int far = 0;
    for (std::size_t at = 0; at < kRows; ++at) {
      REQUIRE(shifted[at].label == exact[at].label);
      const LoanApplicant before(exact[at]);
      const LoanApplicant after(shifted[at]);
      REQUIRE(after.elevel == before.elevel);
      REQUIRE(after.car == before.car);
      REQUIRE(after.zipcode == before.zipcode);
      REQUIRE((after.commission == 0) == (before.commission == 0));
      const double rounding = 0.1;  // a float of a million is a multiple of 1/16
      REQUIRE(std::abs(after.salary - before.salary) <= share * 130'000 + rounding);
      REQUIRE(std::abs(after.commission - before.commission) <= share * 65'000 + rounding);
      REQUIRE(std::abs(after.age - before.age) <= share * 60 + 0.5);
      REQUIRE(std::abs(after.hvalue - before.hvalue) <= share * house_unit(before) + rounding);
      REQUIRE(std::abs(after.hyears - before.hyears) <= share * 29 + 0.5);
      REQUIRE(std::abs(after.loan - before.loan) <= share * 500'000 + rounding);
      salary_shift += after.salary - before.salary;
      far += std::abs(after.loan - before.loan) > share * 250'000 ? 1 : 0;
    }
    CHECK(salary_shift / kRows == Approx(0).margin(six_deviations_of_uniform(2 * share * 130'000, kRows)));
    // Half of the shifts are by more than half of the largest, apart from those that met a bound.
    CHECK(static_cast<double>(far) / kRows ==
          Approx(0.5 - share / 4).margin(six_deviations_of_share(0.5, kRows)));
  }
}
