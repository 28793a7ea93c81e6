// The sequences that detectors are compared on, the same in every program that includes this file.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "dse/random.h"

struct Sequence {
  std::string name;
  std::vector<double> values;
  bool is_share = true;  // all values are from 0 to 1
};

// `count` values, each drawn by `draw` for its place.
inline std::vector<double> drawn(const std::string& name, std::size_t count,
                                 const std::function<double(dse::RandomStream&, std::size_t)>& draw) {
  dse::RandomStream random(2020, "drift", name);
  std::vector<double> values;
  for (std::size_t at = 0; at < count; ++at) values.push_back(draw(random, at));
  return values;
}

// Errors, each with a probability of `rate` of its place, in thousandths.
inline Sequence errors(const std::string& name, std::size_t count,
                       const std::function<std::size_t(std::size_t)>& rate) {
  return {name, drawn(name, count, [&](dse::RandomStream& random, std::size_t at) {
            return random.below(1'000) < rate(at) ? 1.0 : 0.0;
          })};
}

inline std::vector<Sequence> sequences() {
  using Random = dse::RandomStream;
  std::vector<Sequence> all;
  all.push_back(errors("abrupt", 4'000, [](std::size_t at) { return at < 2'000 ? 100U : 400U; }));
  all.push_back(errors("gradual", 8'000, [](std::size_t at) {
    return at < 2'000 ? 100 : at < 6'000 ? 100 + (at - 2'000) / 10 : 500;
  }));
  all.push_back(errors("recurring", 8'000, [](std::size_t at) { return at / 1'000 % 2 == 0 ? 100U : 450U; }));
  all.push_back(errors("no-change", 20'000, [](std::size_t) { return 200U; }));
  all.push_back(errors("improving", 6'000, [](std::size_t at) { return at < 3'000 ? 500U : 150U; }));
  all.push_back(errors("long", 100'000, [](std::size_t at) {
    constexpr std::size_t kRates[] = {50, 80, 40, 200, 100};
    return kRates[at / 20'000];
  }));
  all.push_back(errors("rare", 5'000, [](std::size_t at) { return at < 3'000 ? 2U : 30U; }));
  // 0 1 0 1 …, then 0 1 1 0 1 1 …, with nothing by chance.
  all.push_back({"alternating", drawn("alternating", 5'000, [](Random&, std::size_t at) {
                   return (at < 2'500 ? at % 2 : at % 3) == 0 ? 0.0 : 1.0;
                 })});
  all.push_back({"shares", drawn("shares", 6'000, [](Random& random, std::size_t at) {
                   return at / 2'000 % 2 == 0 ? 0.5 * random.uniform() : 0.3 + 0.7 * random.uniform();
                 })});
  all.push_back({"steps", drawn("steps", 4'000, [](Random&, std::size_t at) {
                   constexpr double kSteps[] = {0.3, 0.7, 0.1, 0.9};
                   return kSteps[at / 1'000];
                 })});
  // Nearly normal, around -2, then 1, then -2 with a larger spread.
  all.push_back({"real",
                 drawn("real", 9'000,
                       [](Random& random, std::size_t at) {
                         double sum = 0;
                         for (int draw = 0; draw < 12; ++draw) sum += random.uniform();
                         const double normal = sum - 6;
                         return at < 3'000 ? normal - 2 : at < 6'000 ? normal + 1 : 3 * normal - 2;
                       }),
                 false});
  // Small, and one in 500 is large; from the middle on, one in 50.
  all.push_back({"outliers",
                 drawn("outliers", 6'000,
                       [](Random& random, std::size_t at) {
                         const bool large = random.below(at < 3'000 ? 500 : 50) == 0;
                         return (large ? 1'000.0 : 1.0) * random.uniform();
                       }),
                 false});
  return all;
}
