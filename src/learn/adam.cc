#include "learn/adam.h"

#include <bit>
#include <cmath>

#include "learn/lanes.h"

namespace dse {
namespace {

// Far below what moves a weight, yet its square is a normal number: processors take a hundred times longer
// over subnormal ones, to which the moments of seldom used weights would decay.
constexpr float kNegligible = 1e-16F;

// `a` with values of at most `bound` set to zero.
Lanes without_negligible(const Lanes& a, float bound) {
  const auto matters = (a > broadcast(bound)) | (a < broadcast(-bound));
  return matters ? a : Lanes{};
}

}  // namespace

void Adam::begin_step(std::size_t examples) {
  const double rate = options_.rate / (1 + static_cast<double>(examples_seen_) / options_.half_life_examples);
  examples_seen_ += examples;
  ++steps_;
  average_share_ = static_cast<float>((options_.average_decay + 1) /
                                      (options_.average_decay + static_cast<double>(steps_)));
  first_power_ *= options_.first_decay;
  second_power_ *= options_.second_decay;
  // The corrections of both moments are folded into the rate and epsilon (Kingma and Ba, section 2).
  const double correction = std::sqrt(1 - second_power_);
  step_rate_ = static_cast<float>(rate * correction / (1 - first_power_));
  step_epsilon_ = static_cast<float>(options_.epsilon * correction);
}

void Adam::update(Parameters& parameters) const {
  float* values = parameters.values.data();
  float* averages = parameters.averages.data();
  float* gradients = parameters.gradients.data();
  float* first_moments = parameters.first_moments.data();
  float* second_moments = parameters.second_moments.data();
  const Lanes first_share = broadcast(static_cast<float>(1 - options_.first_decay));
  const Lanes second_share = broadcast(static_cast<float>(1 - options_.second_decay));
  const Lanes rate = broadcast(-step_rate_);
  const Lanes epsilon = broadcast(step_epsilon_);
  const Lanes average_share = broadcast(average_share_);
  const std::size_t size = parameters.values.size();
  for (std::size_t at = 0; at < size; at += kLanes) {
    const Lanes gradient = without_negligible(load(gradients + at), kNegligible);
    const Lanes first = load(first_moments + at);
    const Lanes second = load(second_moments + at);
    const Lanes new_first =
        without_negligible(multiply_add(first_share, gradient - first, first), kNegligible);
    const Lanes new_second = without_negligible(
        multiply_add(second_share, gradient * gradient - second, second), kNegligible * kNegligible);
    const Lanes step = new_first / (square_root(new_second) + epsilon);
    const Lanes value = multiply_add(rate, step, load(values + at));
    const Lanes average = load(averages + at);
    store(value, values + at);
    store(multiply_add(average_share, value - average, average), averages + at);
    store(new_first, first_moments + at);
    store(new_second, second_moments + at);
    store(Lanes{}, gradients + at);
  }
}

void Adam::hash_state(Hasher& hasher) const {
  hasher.add_u64(steps_);
  hasher.add_u64(examples_seen_);
  hasher.add_u64(std::bit_cast<std::uint64_t>(first_power_));
  hasher.add_u64(std::bit_cast<std::uint64_t>(second_power_));
}

// Rate, epsilon and share belong to one step; the next computes them anew.
void Adam::save_state(StateWriter& writer) const {
  writer.add_u64(steps_);
  writer.add_u64(examples_seen_);
  writer.add_f64(first_power_);
  writer.add_f64(second_power_);
}

void Adam::load_state(StateReader& reader) {
  steps_ = reader.u64();
  examples_seen_ = reader.u64();
  first_power_ = reader.f64();
  second_power_ = reader.f64();
  const auto possible = [](double power) { return power >= 0 && power <= 1; };
  if (!possible(first_power_) || !possible(second_power_)) reader.refuse("powers of decay out of 0 to 1");
}

}  // namespace dse
