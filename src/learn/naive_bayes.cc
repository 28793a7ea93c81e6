#include "learn/naive_bayes.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.h"
#include "core/elementary.h"
#include "learn/independent_normals.h"
#include "learn/lanes.h"
#include "learn/probabilities.h"

namespace dse {
namespace {

// The most examples of a class: more than any stream has, yet few enough that all together can be counted.
constexpr std::uint64_t kRowsOfClassMax = std::uint64_t{1} << 50;
constexpr double kGreatestFeature = std::numeric_limits<float>::max();
constexpr int kAllLabels = -1;

}  // namespace

NaiveBayes::NaiveBayes(const NaiveBayesOptions& options)
    : options_(options),
      stride_(padded_doubles(options.features)),
      counts_(options.classes),
      values_(options.classes * kParts * stride_),
      constants_(options.classes),
      batch_counts_(options.classes),
      batch_mean_(stride_),
      batch_variance_(stride_),
      row_(stride_) {
  DSE_CHECK(options.features > 0 && options.classes > 0 && options.var_smoothing >= 0,
            "{} features, {} classes, smoothing {}", options.features, options.classes,
            options.var_smoothing);
}

void NaiveBayes::learn(std::span<const float* const> rows, std::span<const int> labels) {
  read_batch(rows, labels);
  measure_batch(labels, kAllLabels);
  const double epsilon =
      options_.var_smoothing * *std::max_element(batch_variance_.begin(), batch_variance_.end());
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    if (counts_[label] + batch_counts_[label] == 0) continue;
    double* variances = part(label, kVariance);
    if (counts_[label] > 0) {
      for (std::size_t at = 0; at < options_.features; ++at) variances[at] -= epsilon;
    }
    if (batch_counts_[label] > 0) {
      measure_batch(labels, static_cast<int>(label));
      merge(label);
    }
    for (std::size_t at = 0; at < options_.features; ++at) variances[at] += epsilon;
    prepare(label);
  }
}

void NaiveBayes::probabilities(std::span<const float> features, std::span<double> out) {
  DSE_CHECK(features.size() == options_.features && out.size() == options_.classes,
            "{} features, {} probabilities", features.size(), out.size());
  std::copy(features.begin(), features.end(), row_.begin());
  bool any = false;
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    if (counts_[label] == 0) {
      out[label] = -std::numeric_limits<double>::infinity();
      continue;
    }
    any = true;
    out[label] = log_density({.features = options_.features,
                              .means = part(label, kMean),
                              .scales = part(label, kScale),
                              .constant = constants_[label]},
                             row_.data());
  }
  if (!any) std::fill(out.begin(), out.end(), 0);
  normalise_logarithms(out);
}

void NaiveBayes::hash_state(Hasher& hasher) const {
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    hasher.add_u64(counts_[label]);
    hasher.add(std::as_bytes(std::span(part(label, kMean), options_.features)));
    hasher.add(std::as_bytes(std::span(part(label, kVariance), options_.features)));
  }
}

void NaiveBayes::save_state(StateWriter& writer) const {
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    writer.add_u64(counts_[label]);
    if (counts_[label] == 0) continue;
    writer.add(std::span(part(label, kMean), options_.features));
    writer.add(std::span(part(label, kVariance), options_.features));
  }
}

void NaiveBayes::load_state(StateReader& reader) {
  std::fill(values_.begin(), values_.end(), 0);
  for (std::size_t label = 0; label < counts_.size(); ++label) {
    counts_[label] = reader.count(kRowsOfClassMax, "examples of a class");
    if (counts_[label] == 0) continue;
    const std::span<double> means(part(label, kMean), options_.features);
    const std::span<double> variances(part(label, kVariance), options_.features);
    reader.read(means);
    reader.read(variances);
    const auto too_far = [](double mean) { return std::fabs(mean) > kGreatestFeature; };
    if (std::any_of(means.begin(), means.end(), too_far)) reader.refuse("a mean that no floats have");
    const auto negative = [](double variance) { return variance < 0; };
    if (std::any_of(variances.begin(), variances.end(), negative)) reader.refuse("a negative variance");
    prepare(label);
  }
}

void NaiveBayes::read_batch(std::span<const float* const> rows, std::span<const int> labels) {
  DSE_CHECK(!rows.empty() && rows.size() == labels.size(), "{} rows, {} labels", rows.size(), labels.size());
  if (batch_.size() < rows.size() * stride_) batch_.resize(rows.size() * stride_);
  for (std::size_t at = 0; at < rows.size(); ++at) {
    std::copy(rows[at], rows[at] + options_.features, batch_.data() + at * stride_);
  }
  std::fill(batch_counts_.begin(), batch_counts_.end(), 0);
  for (const int label : labels) {
    DSE_CHECK(label >= 0 && static_cast<std::size_t>(label) < options_.classes, "label {}", label);
    ++batch_counts_[static_cast<std::size_t>(label)];
  }
}

void NaiveBayes::measure_batch(std::span<const int> labels, int label) {
  const std::size_t rows =
      label == kAllLabels ? labels.size() : batch_counts_[static_cast<std::size_t>(label)];
  const DoubleLanes count = broadcast(static_cast<double>(rows));
  for (std::size_t at = 0; at < stride_; at += kDoubleLanes) {
    DoubleLanes sums{};
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (label == kAllLabels || labels[row] == label) sums += load(batch_.data() + row * stride_ + at);
    }
    const DoubleLanes mean = sums / count;
    DoubleLanes squares{};
    for (std::size_t row = 0; row < labels.size(); ++row) {
      if (label != kAllLabels && labels[row] != label) continue;
      const DoubleLanes deviation = load(batch_.data() + row * stride_ + at) - mean;
      squares += deviation * deviation;
    }
    store(mean, batch_mean_.data() + at);
    store(squares / count, batch_variance_.data() + at);
  }
}

void NaiveBayes::merge(std::size_t label) {
  const auto past = static_cast<double>(counts_[label]);
  const auto added = static_cast<double>(batch_counts_[label]);
  counts_[label] += batch_counts_[label];
  double* means = part(label, kMean);
  double* variances = part(label, kVariance);
  if (past == 0) {
    std::copy(batch_mean_.begin(), batch_mean_.end(), means);
    std::copy(batch_variance_.begin(), batch_variance_.end(), variances);
    return;
  }
  const double total = past + added;
  for (std::size_t at = 0; at < options_.features; ++at) {
    const double difference = means[at] - batch_mean_[at];
    const double squares = past * variances[at] + added * batch_variance_[at] +
                           (added * past / total) * (difference * difference);
    means[at] = (added * batch_mean_[at] + past * means[at]) / total;
    variances[at] = squares / total;
  }
}

void NaiveBayes::prepare(std::size_t label) {
  double* scales = part(label, kScale);
  std::copy(part(label, kVariance), part(label, kVariance) + stride_, scales);
  constants_[label] =
      prepare_density(options_.features, scales) + logarithm(static_cast<double>(counts_[label]));
}

}  // namespace dse
