// A mean and a covariance for each class, kept up to date example by example (Welford, Technometrics 1962),
// and the quadratic discriminant that follows from them, with the tails of Student's t (Lange, Little and
// Taylor, "Robust statistical modeling using the t distribution", JASA 1989).
//
// A class's covariance is shrunk towards that of all classes and towards the identity (Friedman, "Regularized
// discriminant analysis", JASA 1989). Its covariance is factorised anew whenever the class has grown by a
// sixteenth, so a prediction may leave out the last few examples. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "dse/hash.h"
#include "dse/learner.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"

namespace dse {

class GaussianClasses {
 public:
  GaussianClasses(std::size_t dimensions, std::size_t classes);

  // Points have padded(dimensions) floats, zero past the last dimension.
  void add(const float* point, int label);
  // After the first add: the most probable of the classes seen, by Bayes' rule, and its probability.
  // `probabilities` receives that of each class, unless it is empty.
  Prediction predict(const float* point, std::span<double> probabilities = {});

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  // Refuses a state without any example.
  void load_state(StateReader& reader);

 private:
  struct Class {
    Class() = default;
    // A class of that many dimensions, without any example.
    explicit Class(std::size_t stride)
        : mean(stride), scatter(stride * stride), centre(stride), whitening(stride * stride) {}

    std::int64_t count = 0;
    std::int64_t factorised_count = 0;
    Doubles mean;
    Doubles scatter;      // sum of the outer products of deviations from the mean
    Floats centre;        // the mean at the time of the factorisation
    Floats whitening;     // column by column, the inverse of the covariance's lower Cholesky factor
    double constant = 0;  // the part of the discriminant that does not depend on the point
  };

  void factorise(Class& target) const;
  float squared_distance(const Class& target, const float* point);

  std::size_t dimensions_;
  std::size_t stride_;
  std::int64_t count_ = 0;
  Doubles pooled_scatter_;
  std::vector<Class> classes_;
  Doubles before_;
  Doubles after_;
  Floats deviation_;
  std::vector<double> scores_;
};

}  // namespace dse
