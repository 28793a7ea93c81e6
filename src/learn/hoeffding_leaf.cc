#include "learn/hoeffding_leaf.h"

#include <algorithm>
#include <limits>

#include "core/elementary.h"
#include "learn/probabilities.h"

namespace dse {
namespace {

// More than the examples of any stream.
constexpr double kWeightMax = 0x1p52;

}  // namespace

std::size_t HoeffdingLeaf::bytes(std::size_t features, std::size_t classes) {
  return sizeof(HoeffdingLeaf) + classes * (2 * sizeof(double) + FeatureGaussians::bytes(features));
}

HoeffdingLeaf::HoeffdingLeaf(LeafPredictor predictor, std::size_t features, ClassWeights weights)
    : predictor_(predictor),
      weights_(std::move(weights)),
      observers_(weights_.size(), FeatureGaussians(features)) {
  for (const double weight : weights_) log_weights_.push_back(logarithm(weight));
}

void HoeffdingLeaf::learn_one(const double* row, std::size_t label) {
  if (predictor_ == LeafPredictor::kAdaptive) {
    if (static_cast<std::size_t>(most_probable(weights_)) == label) ++majority_right_;
    if (most_probable_by_naive_bayes(row) == label) ++naive_bayes_right_;
  }
  weights_[label] += 1;
  log_weights_[label] = logarithm(weights_[label]);
  observers_[label].add(row);
  ++seen_;
  ++since_attempt_;
}

void HoeffdingLeaf::probabilities(const double* row, std::span<double> out) {
  if (!by_naive_bayes() || seen_ == 0) {
    std::copy(weights_.begin(), weights_.end(), out.begin());
    return normalise(out);
  }
  for (std::size_t label = 0; label < out.size(); ++label) out[label] = score(row, label);
  normalise_logarithms(out);
}

double HoeffdingLeaf::weight() const {
  double sum = 0;
  for (const double weight : weights_) sum += weight;
  return sum;
}

std::size_t HoeffdingLeaf::classes() const {
  return static_cast<std::size_t>(
      std::count_if(weights_.begin(), weights_.end(), [](double weight) { return weight > 0; }));
}

void HoeffdingLeaf::hash_state(Hasher& hasher) const {
  hasher.add(std::as_bytes(std::span(weights_)));
  hasher.add_u64s(since_attempt_, majority_right_, naive_bayes_right_);
  for (const FeatureGaussians& observer : observers_) observer.hash_state(hasher);
}

void HoeffdingLeaf::save_state(StateWriter& writer) const {
  writer.add(weights_);
  for (const std::uint64_t count : {since_attempt_, majority_right_, naive_bayes_right_})
    writer.add_u64(count);
  for (const FeatureGaussians& observer : observers_) observer.save_state(writer);
}

void HoeffdingLeaf::load_state(StateReader& reader) {
  reader.read(weights_);
  for (std::uint64_t* count : {&since_attempt_, &majority_right_, &naive_bayes_right_}) *count = reader.u64();
  seen_ = 0;
  for (std::size_t label = 0; label < weights_.size(); ++label) {
    observers_[label].load_state(reader);
    seen_ += observers_[label].count();
    const double weight = weights_[label];
    if (weight < static_cast<double>(observers_[label].count()) || weight > kWeightMax) {
      reader.refuse("a leaf that does not stand for the examples it has seen");
    }
    log_weights_[label] = logarithm(weight);
  }
  if (std::max({since_attempt_, majority_right_, naive_bayes_right_}) > seen_) {
    reader.refuse("more examples than a leaf has seen");
  }
}

bool HoeffdingLeaf::by_naive_bayes() const {
  if (predictor_ == LeafPredictor::kAdaptive) return naive_bayes_right_ >= majority_right_;
  return predictor_ == LeafPredictor::kNaiveBayes;
}

double HoeffdingLeaf::score(const double* row, std::size_t label) {
  if (seen_ == 0) return log_weights_[label];
  if (observers_[label].count() == 0) return -std::numeric_limits<double>::infinity();
  return log_weights_[label] + observers_[label].log_density(row);
}

std::size_t HoeffdingLeaf::most_probable_by_naive_bayes(const double* row) {
  std::size_t best = 0;
  double best_score = score(row, 0);
  for (std::size_t label = 1; label < weights_.size(); ++label) {
    const double its_score = score(row, label);
    if (its_score <= best_score) continue;
    best = label;
    best_score = its_score;
  }
  return best;
}

}  // namespace dse
