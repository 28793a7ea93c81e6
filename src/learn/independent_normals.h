// The density of features that are independent and normal, as naive Bayes supposes (John and Langley,
// "Estimating continuous distributions in Bayesian classifiers", UAI 1995). What does not depend on the row
// is computed once. Only for this folder's sources. Pure functions.
//
// All arrays have padded_doubles(features) values, of which those past the last feature are 0.
#pragma once

#include <cstddef>

namespace dse {

// Every variance counts for at least this much. It is far below what two different floats have, and far
// enough above the least double that no square of floats divided by it overflows. So features that were
// always equal need no special case: the class whose constant is nearest wins by far.
inline constexpr double kVarianceFloor = 1e-200;

// Replaces each variance v of `variances` with 1 / (2 v), and returns the sum of -log(2 pi v) / 2: what
// log_density needs.
double prepare_density(std::size_t features, double* variances);

struct PreparedNormals {
  std::size_t features = 0;
  const double* means = nullptr;
  const double* scales = nullptr;  // prepare_density makes them, and `constant`
  double constant = 0;
};

// The logarithm of the density at `row`.
double log_density(const PreparedNormals& normals, const double* row);

}  // namespace dse
