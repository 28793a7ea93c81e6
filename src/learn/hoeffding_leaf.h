// A leaf of a Hoeffding tree: how many examples of each class it stands for, what tells where to split it,
// and its predictions: by the majority of its classes, by naive Bayes (Gama, Rocha and Medas, "Accurate
// decision trees for mining high-speed data streams", KDD 2003), or adaptively by the one of both that was
// right more often here (Holmes, Kirkby and Pfahringer, "Stress-testing Hoeffding trees", PKDD 2005). One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dse/hash.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/feature_gaussians.h"
#include "learn/split_search.h"

namespace dse {

enum class LeafPredictor : std::uint8_t { kMajority, kNaiveBayes, kAdaptive };

class HoeffdingLeaf {
 public:
  // How many bytes a leaf takes that has seen examples of all classes.
  static std::size_t bytes(std::size_t features, std::size_t classes);

  // A leaf that stands for so many examples of each class, none of which it has seen itself.
  HoeffdingLeaf(LeafPredictor predictor, std::size_t features, ClassWeights weights);

  // `row` is as FeatureGaussians::add takes it.
  void learn_one(const double* row, std::size_t label);
  // The probability of each class. Naive Bayes leaves out classes of which this leaf has seen no example,
  // unless it has seen none at all.
  void probabilities(const double* row, std::span<double> out);

  // How many examples it stands for, and of how many classes.
  double weight() const;
  std::size_t classes() const;
  // The examples seen since the leaf was made, or since note_attempt was called last.
  std::uint64_t since_attempt() const { return since_attempt_; }
  void note_attempt() { since_attempt_ = 0; }
  // What it has seen of each class.
  std::span<const FeatureGaussians> observers() const { return observers_; }

  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  bool by_naive_bayes() const;
  // The logarithm of the class's probability by naive Bayes, up to a constant.
  double score(const double* row, std::size_t label);
  std::size_t most_probable_by_naive_bayes(const double* row);

  LeafPredictor predictor_;
  ClassWeights weights_;      // by class: what the parent gave, and what was seen
  ClassWeights log_weights_;  // their logarithms
  std::vector<FeatureGaussians> observers_;
  std::uint64_t since_attempt_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t majority_right_ = 0;
  std::uint64_t naive_bayes_right_ = 0;
};

}  // namespace dse
