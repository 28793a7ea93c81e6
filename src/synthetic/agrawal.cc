#include "synthetic/agrawal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "core/check.h"
#include "synthetic/half_draws.h"

namespace dse {
namespace {

constexpr double kSalaryLeast = 20'000;
constexpr double kSalaryMost = 150'000;
constexpr double kCommissionLeast = 10'000;
constexpr double kCommissionMost = 75'000;
constexpr double kSalaryWithoutCommission = 75'000;
constexpr int kAgeLeast = 20;
constexpr int kAgeMost = 80;
constexpr int kLevels = 5;
constexpr int kCars = 20;
constexpr int kZipcodes = 9;
constexpr double kHouseUnit = 100'000;
constexpr double kHouseMost = 1.5 * kHouseUnit * kZipcodes;
constexpr int kYearsMost = 30;
constexpr double kLoanMost = 500'000;

// All values are those of floats.
struct Person {
  double salary = 0;
  double commission = 0;
  double age = 0;
  double level = 0;
  double car = 0;
  double zipcode = 0;
  double house = 0;
  double years = 0;
  double loan = 0;

  std::array<double, 9> values() const {
    return {salary, commission, age, level, car, zipcode, house, years, loan};
  }
  double house_unit() const { return kHouseUnit * (kZipcodes - zipcode); }
};

double integer_between(RandomStream& random, int least, int most) {
  return static_cast<double>(least) +
         static_cast<double>(random.below(static_cast<std::uint64_t>(most - least + 1)));
}

Person draw_person(RandomStream& random) {
  Person person;
  HalfDraws draws(random);
  person.salary = draws.between(kSalaryLeast, kSalaryMost);
  const double commission = draws.between(kCommissionLeast, kCommissionMost);
  person.commission = person.salary >= kSalaryWithoutCommission ? 0 : commission;
  person.age = integer_between(random, kAgeLeast, kAgeMost);
  person.level = integer_between(random, 0, kLevels - 1);
  person.car = integer_between(random, 1, kCars);
  person.zipcode = integer_between(random, 0, kZipcodes - 1);
  person.house = draws.between(0.5 * person.house_unit(), 1.5 * person.house_unit());
  person.years = integer_between(random, 1, kYearsMost);
  person.loan = draws.between(0, kLoanMost);
  return person;
}

struct Band {
  double least = 0;
  double most = 0;

  bool holds(double value) const { return least <= value && value <= most; }
};

struct Bands {
  Band young;   // below 40
  Band middle;  // from 40 to below 60
  Band old;     // from 60

  const Band& of(double age) const { return age < 40 ? young : age < 60 ? middle : old; }
};

constexpr Bands kLevelBands = {{0, 1}, {1, 3}, {2, 4}};
constexpr Bands kSalaryBands = {{50'000, 100'000}, {75'000, 125'000}, {25'000, 75'000}};
// Function 4 has it for people whose level of education is within its band, and for the others.
constexpr Bands kSalaryWithin = {{25'000, 75'000}, {50'000, 100'000}, {50'000, 100'000}};
constexpr Bands kSalaryOutside = kSalaryBands;
// Function 5 has it for people whose salary is within its band, and for the others.
constexpr Bands kLoanWithin = {{100'000, 300'000}, {200'000, 400'000}, {300'000, 500'000}};
constexpr Bands kLoanOutside = {{200'000, 400'000}, {300'000, 500'000}, {100'000, 300'000}};

double equity(const Person& person) {
  return person.years >= 20 ? person.house * (person.years - 20) / 10 : 0;
}

bool in_group_a(int function, const Person& person) {
  const double income = person.salary + person.commission;
  const double net = 2 * income / 3;
  switch (function) {
    case 1:
      return person.age < 40 || person.age >= 60;
    case 2:
      return kSalaryBands.of(person.age).holds(person.salary);
    case 3:
      return kLevelBands.of(person.age).holds(person.level);
    case 4: {
      const bool within = kLevelBands.of(person.age).holds(person.level);
      return (within ? kSalaryWithin : kSalaryOutside).of(person.age).holds(person.salary);
    }
    case 5: {
      const bool within = kSalaryBands.of(person.age).holds(person.salary);
      return (within ? kLoanWithin : kLoanOutside).of(person.age).holds(person.loan);
    }
    case 6:
      return kSalaryBands.of(person.age).holds(income);
    case 7:
      return net - person.loan / 5 - 20'000 > 0;
    case 8:
      return net - 5'000 * person.level - 20'000 > 0;
    case 9:
      return net - 5'000 * person.level - person.loan / 5 - 10'000 > 0;
    default:
      return net - 5'000 * person.level + equity(person) / 5 - 10'000 > 0;
  }
}

// Shifts the numbers of a person by up to `share` of the width of their ranges.
class Perturbation {
 public:
  Perturbation(double share, RandomStream& random) : share_(share), draws_(random) {}

  // All six numbers are drawn for everybody, so that each row takes as many.
  void apply(Person& person) {
    person.salary = shifted(person.salary, {kSalaryLeast, kSalaryMost});
    const double commission = shifted(person.commission, {kCommissionLeast, kCommissionMost});
    if (person.commission > 0) person.commission = commission;
    person.age = rounded(shifted(person.age, {kAgeLeast, kAgeMost}));
    person.house = shifted(person.house, {0, kHouseMost}, person.house_unit());
    person.years = rounded(shifted(person.years, {1, kYearsMost}));
    person.loan = shifted(person.loan, {0, kLoanMost});
  }

 private:
  double shifted(double value, const Band& range) { return shifted(value, range, range.most - range.least); }
  double shifted(double value, const Band& range, double width) {
    const double direction = 2 * draws_.unit() - 1;
    return std::clamp(value + width * direction * share_, range.least, range.most);
  }
  static double rounded(double value) { return std::floor(value + 0.5); }

  double share_;
  HalfDraws draws_;
};

}  // namespace

Agrawal::Agrawal(const AgrawalOptions& options, const StreamRandom& random)
    : SyntheticStream({"salary", "commission", "age", "elevel", "car", "zipcode", "hvalue", "hyears", "loan"},
                      {"A", "B"}),
      options_(options),
      features_random_(random.features),
      noise_random_(random.noise) {
  DSE_CHECK(options.function >= 1 && options.function <= 10, "function {} of agrawal", options.function);
}

int Agrawal::next(std::span<float> features) {
  DSE_CHECK(features.size() == this->features(), "{} places for {} features", features.size(),
            this->features());
  Person person;
  int label = 0;
  do {
    person = draw_person(features_random_);
    label = in_group_a(options_.function, person) ? 0 : 1;
  } while (options_.balanced && label != wanted_);
  wanted_ = 1 - wanted_;
  if (options_.perturbation > 0) Perturbation(options_.perturbation, noise_random_).apply(person);
  std::size_t at = 0;
  for (const double value : person.values()) features[at++] = static_cast<float>(value);
  return label;
}

SyntheticStreamInfo agrawal_stream() {
  SyntheticStreamInfo info = {
      .name = "agrawal",
      .meaning = "Loan applicants of nine attributes, in two groups by one of ten functions.",
      .source =
          "Agrawal, Imielinski and Swami, Database mining: a performance perspective, IEEE TKDE 5(6), 1993",
      .options = {{.key = {.name = "function",
                           .type = KeyType::kInteger,
                           .fallback = std::int64_t{1},
                           .range = {1, 10},
                           .meaning = "which of the functions decides the group"},
                   .source = "numbered as in the paper and MOA; in River from 0"},
                  {.key = {.name = "perturbation",
                           .type = KeyType::kNumber,
                           .fallback = 0.05,
                           .meaning = "up to this share of its range, each number is shifted after the "
                                      "group is decided"},
                   .source = "MOA's peturbFraction; River's default is 0"},
                  {.key = {.name = "balanced",
                           .type = KeyType::kFlag,
                           .fallback = false,
                           .meaning = "whether the two groups alternate; rows of the other are thrown away"},
                   .source = "MOA's balanceClasses and River's balance_classes"}}};
  info.make = [name = info.name, options = info.options](const StreamValues& values,
                                                         const StreamRandom& random) {
    const StreamOptionReader read(name, options, values);
    return std::make_unique<Agrawal>(AgrawalOptions{.function = read.integer("function"),
                                                    .perturbation = read.number("perturbation"),
                                                    .balanced = read.flag("balanced")},
                                     random);
  };
  return info;
}

}  // namespace dse
