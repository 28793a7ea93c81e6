#include "learn/adam.h"

#include <cmath>

#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

TEST_CASE("a step is that of the formulas of the paper, in double") {
  const AdamOptions options{.rate = 0.01, .half_life_examples = 100};
  Adam adam(options);
  Parameters parameters(padded(20));
  RandomStream random(3, "test", "adam");
  double value[20] = {};
  double first[20] = {};
  double second[20] = {};
  double average[20] = {};
  constexpr int kBatch = 7;
  for (int step = 1; step <= 50; ++step) {
    const double rate = options.rate / (1 + (step - 1) * kBatch / options.half_life_examples);
    adam.begin_step(kBatch);
    for (std::size_t at = 0; at < 20; ++at) {
      const double gradient = 2 * random.uniform() - 1;
      parameters.gradients[at] = static_cast<float>(gradient);
      first[at] = options.first_decay * first[at] + (1 - options.first_decay) * gradient;
      second[at] = options.second_decay * second[at] + (1 - options.second_decay) * gradient * gradient;
      const double first_estimate = first[at] / (1 - std::pow(options.first_decay, step));
      const double second_estimate = second[at] / (1 - std::pow(options.second_decay, step));
      value[at] -= rate * first_estimate / (std::sqrt(second_estimate) + options.epsilon);
      average[at] += (options.average_decay + 1) / (options.average_decay + step) * (value[at] - average[at]);
    }
    adam.update(parameters);
    for (std::size_t at = 0; at < 20; ++at) {
      CHECK(static_cast<double>(parameters.values[at]) == Approx(value[at]).margin(1e-5));
      CHECK(static_cast<double>(parameters.averages[at]) == Approx(average[at]).margin(1e-5));
      CHECK(parameters.gradients[at] == 0);
    }
  }
  for (std::size_t at = 20; at < parameters.values.size(); ++at) CHECK(parameters.values[at] == 0);
}

TEST_CASE("moments without gradients end at zero, not among the slow subnormal numbers") {
  Adam adam({});
  Parameters parameters(kLanes);
  parameters.gradients[0] = 1;
  for (int step = 0; step < 1'000; ++step) {
    adam.begin_step(1);
    adam.update(parameters);
  }
  CHECK(parameters.first_moments[0] == 0);
  CHECK(parameters.second_moments[0] > 0);
}
