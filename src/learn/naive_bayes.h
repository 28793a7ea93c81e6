// Naive Bayes with normal features, by batches: the mean and variance of each feature in each class, merged
// as Chan, Golub and LeVeque do ("Updating formulae and a pairwise algorithm for computing sample variances",
// Stanford STAN-CS-79-773, 1979), and class priors from counts.
//
// The definition is that of GaussianNB.partial_fit in scikit-learn 1.2.1, so that both give the same
// probabilities for the same batches, also in what depends on how rows were batched: every variance contains
// epsilon, which is `var_smoothing` times the greatest variance of a feature in the batch; and each batch
// takes its own epsilon, not the one before, out of the variances before it merges them, and adds it again.
// Where scikit-learn divides by a variance of 0, the least possible variance counts
// (learn/independent_normals.h). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"

namespace dse {

struct NaiveBayesOptions {
  std::size_t features = 1;
  std::size_t classes = 2;
  double var_smoothing = 1e-9;  // at least 0; the default of scikit-learn
};

class NaiveBayes {
 public:
  explicit NaiveBayes(const NaiveBayesOptions& options);

  // Learns from one batch of any size from 1: rows[i] has a finite value of each feature, and labels[i], in
  // 0 … classes - 1.
  void learn(std::span<const float* const> rows, std::span<const int> labels);
  // The probability of each class. A class that was never seen has 0; before the first batch, all are equal.
  void probabilities(std::span<const float> features, std::span<double> out);

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  // Where in a class's values each part is, in units of the stride.
  enum Part : std::size_t { kMean, kVariance, kScale, kParts };

  double* part(std::size_t label, Part which) { return values_.data() + (label * kParts + which) * stride_; }
  const double* part(std::size_t label, Part which) const {
    return values_.data() + (label * kParts + which) * stride_;
  }
  void read_batch(std::span<const float* const> rows, std::span<const int> labels);
  // Sets batch_mean_ and batch_variance_ to those of the batch's rows of this label, or of all.
  void measure_batch(std::span<const int> labels, int label);
  void merge(std::size_t label);
  void prepare(std::size_t label);

  NaiveBayesOptions options_;
  std::size_t stride_;
  std::vector<std::uint64_t> counts_;  // the examples of each class
  Doubles values_;                     // by class and part; scales are what prepare_density makes
  std::vector<double> constants_;      // for each class, what of its score does not depend on the row
  std::vector<std::size_t> batch_counts_;
  Doubles batch_;  // its rows
  Doubles batch_mean_;
  Doubles batch_variance_;
  Doubles row_;
};

}  // namespace dse
