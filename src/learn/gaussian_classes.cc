#include "learn/gaussian_classes.h"

#include <algorithm>

#include "core/elementary.h"
#include "learn/eigen.h"
#include "learn/lanes.h"

namespace dse {
namespace {

// How many examples the covariance of all classes counts for in the covariance of one.
constexpr double kPooledExamples = 50;
constexpr double kIdentityShare = 0.05;
// The degrees of freedom of Student's t: an image far from all classes is judged less sharply than by a
// Gaussian.
constexpr double kFreedom = 100;
// Keeps the covariance invertible even if all images are alike.
constexpr double kFloor = 1e-3;
// The most examples of a class: more than any stream has, yet few enough that all together can be counted.
constexpr std::uint64_t kExamplesMax = std::uint64_t{1} << 50;

}  // namespace

GaussianClasses::GaussianClasses(std::size_t dimensions, std::size_t classes)
    : dimensions_(dimensions),
      stride_(padded(dimensions)),
      pooled_scatter_(stride_ * stride_),
      classes_(classes),
      before_(stride_),
      after_(stride_),
      deviation_(stride_),
      scores_(classes) {
  fix_eigen_blocking();
}

void GaussianClasses::add(const float* point, int label) {
  Class& target = classes_[static_cast<std::size_t>(label)];
  if (target.count == 0) target = Class(stride_);
  ++count_;
  ++target.count;
  const auto count = static_cast<double>(target.count);
  for (std::size_t at = 0; at < stride_; ++at) {
    before_[at] = static_cast<double>(point[at]) - target.mean[at];
    target.mean[at] += before_[at] / count;
    after_[at] = static_cast<double>(point[at]) - target.mean[at];
  }
  for (std::size_t column = 0; column < dimensions_; ++column) {
    double* scatter = target.scatter.data() + column * stride_;
    double* pooled = pooled_scatter_.data() + column * stride_;
    const double factor = after_[column];
    // The lower triangle, from the beginning of a vector.
    for (std::size_t row = column / kLanes * kLanes; row < stride_; ++row) {
      const double product = factor * before_[row];
      scatter[row] += product;
      pooled[row] += product;
    }
  }
  if (target.count >= target.factorised_count + 1 + target.factorised_count / 16) factorise(target);
}

Prediction GaussianClasses::predict(const float* point, std::span<double> probabilities) {
  Prediction best{};
  double best_score = 0;
  bool any = false;
  for (std::size_t label = 0; label < classes_.size(); ++label) {
    if (classes_[label].count == 0) continue;
    const auto distance = static_cast<double>(squared_distance(classes_[label], point));
    scores_[label] = classes_[label].constant -
                     0.5 * (kFreedom + static_cast<double>(dimensions_)) * logarithm(1 + distance / kFreedom);
    if (any && scores_[label] <= best_score) continue;
    any = true;
    best_score = scores_[label];
    best.label = static_cast<int>(label);
  }
  double sum = 0;
  for (std::size_t label = 0; label < classes_.size(); ++label) {
    if (classes_[label].count != 0) sum += exponential(scores_[label] - best_score);
  }
  best.confidence = 1 / sum;
  for (std::size_t label = 0; label < probabilities.size(); ++label) {
    probabilities[label] = classes_[label].count == 0 ? 0 : exponential(scores_[label] - best_score) / sum;
  }
  return best;
}

void GaussianClasses::hash_state(Hasher& hasher) const {
  hasher.add(std::as_bytes(std::span(pooled_scatter_)));
  for (const Class& each : classes_) {
    hasher.add_i64(each.count);
    hasher.add_i64(each.factorised_count);
    hasher.add(std::as_bytes(std::span(each.mean)));
    hasher.add(std::as_bytes(std::span(each.scatter)));
    hasher.add(std::as_bytes(std::span(each.centre)));
    hasher.add(std::as_bytes(std::span(each.whitening)));
  }
}

void GaussianClasses::save_state(StateWriter& writer) const {
  writer.add(pooled_scatter_);
  for (const Class& each : classes_) {
    writer.add_u64(static_cast<std::uint64_t>(each.count));
    if (each.count == 0) continue;
    writer.add_u64(static_cast<std::uint64_t>(each.factorised_count));
    writer.add(each.mean);
    writer.add(each.scatter);
    writer.add(each.centre);
    writer.add(each.whitening);
    writer.add_f64(each.constant);
  }
}

void GaussianClasses::load_state(StateReader& reader) {
  reader.read(pooled_scatter_);
  count_ = 0;
  for (Class& each : classes_) {
    each = Class();
    const std::uint64_t count = reader.count(kExamplesMax, "examples of a class");
    if (count == 0) continue;
    each = Class(stride_);
    each.count = static_cast<std::int64_t>(count);
    each.factorised_count = static_cast<std::int64_t>(reader.count(count, "examples factorised"));
    reader.read(each.mean);
    reader.read(each.scatter);
    reader.read(each.centre);
    reader.read(each.whitening);
    each.constant = reader.f64();
    count_ += each.count;
  }
  if (count_ == 0) reader.refuse("classes without any example");
}

void GaussianClasses::factorise(Class& target) const {
  using Matrix = Eigen::Map<const Eigen::MatrixXd, Eigen::Aligned32, Eigen::OuterStride<>>;
  const Eigen::Index size = index(dimensions_);
  const Eigen::OuterStride<> stride(index(stride_));
  const Matrix scatter(target.scatter.data(), size, size, stride);
  const Matrix pooled(pooled_scatter_.data(), size, size, stride);
  const double own = static_cast<double>(target.count);
  const double pooled_weight = kPooledExamples / static_cast<double>(count_);
  Eigen::MatrixXd covariance = (scatter + pooled_weight * pooled) / (own + kPooledExamples);
  double trace = 0;
  for (Eigen::Index at = 0; at < size; ++at) trace += covariance(at, at);
  covariance *= 1 - kIdentityShare;
  covariance.diagonal().array() += kFloor + kIdentityShare * trace / static_cast<double>(size);

  const Eigen::LLT<Eigen::MatrixXd> factor(covariance);
  Eigen::MatrixXd inverse = Eigen::MatrixXd::Identity(size, size);
  factor.matrixL().solveInPlace(inverse);
  target.constant = logarithm(own);
  for (Eigen::Index at = 0; at < size; ++at) target.constant += logarithm(inverse(at, at));
  for (std::size_t column = 0; column < dimensions_; ++column) {
    target.centre[column] = static_cast<float>(target.mean[column]);
    for (std::size_t row = column; row < dimensions_; ++row) {
      target.whitening[column * stride_ + row] = static_cast<float>(inverse(index(row), index(column)));
    }
  }
  target.factorised_count = target.count;
}

// The squared distance of the point from the class's centre, in units of its covariance (Mahalanobis).
float GaussianClasses::squared_distance(const Class& target, const float* point) {
  for (std::size_t at = 0; at < stride_; ++at) deviation_[at] = point[at] - target.centre[at];
  Lanes squares{};
  for (std::size_t row = 0; row < stride_; row += kLanes) {
    // The factor is triangular: no columns past these rows. Four sums hide the latency of each addition.
    Lanes sums[4] = {};
    for (std::size_t column = 0; column < row + kLanes; column += 4) {
      for (std::size_t at = 0; at < 4; ++at) {
        const Lanes weights = load(target.whitening.data() + (column + at) * stride_ + row);
        sums[at] = multiply_add(broadcast(deviation_[column + at]), weights, sums[at]);
      }
    }
    const Lanes whitened = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    squares = multiply_add(whitened, whitened, squares);
  }
  return sum(squares);
}

}  // namespace dse
