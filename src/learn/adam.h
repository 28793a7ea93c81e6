// Adam: gradient descent with a step size of its own for every weight (Kingma and Ba, "Adam: a method for
// stochastic optimization", ICLR 2015), with a rate that decays and an average of the weights. The length of
// the stream is not known, so both depend only on what has been seen. One thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/parameters.h"

namespace dse {

// The rate of a step is rate / (1 + examples_seen / half_life_examples): the "search, then converge" schedule
// of Darken and Moody, NIPS 1990.
struct AdamOptions {
  double rate = 1e-3;
  double half_life_examples = 20'000;
  double first_decay = 0.9;
  double second_decay = 0.999;
  double epsilon = 1e-8;
  // The average gives the weights after step t a share of (decay + 1) / (decay + t), so that it forgets the
  // beginning: polynomial-decay averaging (Shamir and Zhang, "Stochastic gradient descent for non-smooth
  // optimization", ICML 2013).
  double average_decay = 8;
};

class Adam {
 public:
  explicit Adam(const AdamOptions& options) : options_(options) {}

  // Starts the step of a mini-batch of `examples`: fixes its rate and corrections.
  void begin_step(std::size_t examples);
  // Moves the values against their gradients (means over the batch) and the averages towards the values, and
  // sets the gradients to zero.
  void update(Parameters& parameters) const;

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  AdamOptions options_;
  std::uint64_t steps_ = 0;
  std::uint64_t examples_seen_ = 0;
  double first_power_ = 1;  // first_decay to the power of the number of steps
  double second_power_ = 1;
  float step_rate_ = 0;
  float step_epsilon_ = 0;
  float average_share_ = 0;
};

}  // namespace dse
