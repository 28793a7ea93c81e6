#include "synthetic/hyperplane.h"

#include <fmt/format.h>

#include <memory>
#include <stdexcept>

#include "core/check.h"
#include "synthetic/half_draws.h"

namespace dse {
namespace {

constexpr std::int64_t kHyperplaneFeaturesMax = 4096;

std::vector<double> initial_weights(int count, RandomStream& random) {
  std::vector<double> weights(static_cast<std::size_t>(count));
  for (double& weight : weights) weight = random.uniform();
  return weights;
}

}  // namespace

Hyperplane::Hyperplane(const HyperplaneOptions& options, const StreamRandom& random)
    : SyntheticStream(numbered_names("x", static_cast<std::size_t>(options.features)),
                      {"negative", "positive"}),
      sigma_(options.sigma),
      noise_(options.noise),
      moves_(options.magnitude > 0),
      features_random_(random.features),
      noise_random_(random.noise),
      drift_random_(random.drift) {
  if (options.drift_features > options.features) {
    throw std::invalid_argument(fmt::format("drift_features of hyperplane is at most features, {}, not {}",
                                            options.features, options.drift_features));
  }
  weights_ = initial_weights(options.features, random.drift);
  steps_.assign(static_cast<std::size_t>(options.drift_features), options.magnitude);
}

int Hyperplane::next(std::span<float> features) {
  DSE_CHECK(features.size() == weights_.size(), "{} places for {} features", features.size(),
            weights_.size());
  HalfDraws draws(features_random_);
  double sum = 0;
  double weight_sum = 0;
  for (std::size_t at = 0; at < weights_.size(); ++at) {
    const double feature = draws.unit();
    features[at] = static_cast<float>(feature);
    sum += weights_[at] * feature;
    weight_sum += weights_[at];
  }
  const bool positive = sum >= weight_sum * 0.5;
  const bool flipped = noise_ > 0 && HalfDraws(noise_random_).happens(noise_);
  if (moves_) drift();
  return positive != flipped ? 1 : 0;
}

void Hyperplane::drift() {
  HalfDraws draws(drift_random_);
  for (std::size_t at = 0; at < steps_.size(); ++at) {
    weights_[at] += steps_[at];
    if (sigma_ > 0 && draws.happens(sigma_)) steps_[at] = -steps_[at];
  }
}

SyntheticStreamInfo hyperplane_stream() {
  SyntheticStreamInfo info = {
      .name = "hyperplane",
      .meaning = "The side of a hyperplane, which may rotate, on which a point of the unit cube lies.",
      .source = "Hulten, Spencer and Domingos, Mining time-changing data streams, KDD 2001",
      .options = {{.key = {.name = "features",
                           .type = KeyType::kInteger,
                           .fallback = std::int64_t{10},
                           .range = {2, kHyperplaneFeaturesMax},
                           .meaning = "features of a row"},
                   .source = "MOA and River"},
                  {.key = {.name = "drift_features",
                           .type = KeyType::kInteger,
                           .fallback = std::int64_t{2},
                           .range = {0, kHyperplaneFeaturesMax},
                           .meaning = "the first so many weights move; at most `features`"},
                   .source = "MOA and River"},
                  {.key = {.name = "magnitude",
                           .type = KeyType::kNumber,
                           .fallback = 0.0,
                           .meaning = "by how much each of them moves after each row"},
                   .source = "MOA's magChange and River's mag_change"},
                  {.key = {.name = "sigma",
                           .type = KeyType::kNumber,
                           .fallback = 0.1,
                           .meaning = "the probability, after each row, that one turns back"},
                   .source = "MOA and River"},
                  {.key = {.name = "noise",
                           .type = KeyType::kNumber,
                           .fallback = 0.05,
                           .meaning = "the probability that a label is flipped"},
                   .source = "MOA and River"}}};
  info.make = [name = info.name, options = info.options](const StreamValues& values,
                                                         const StreamRandom& random) {
    const StreamOptionReader read(name, options, values);
    return std::make_unique<Hyperplane>(HyperplaneOptions{.features = read.integer("features"),
                                                          .drift_features = read.integer("drift_features"),
                                                          .magnitude = read.number("magnitude"),
                                                          .sigma = read.number("sigma"),
                                                          .noise = read.number("noise")},
                                        random);
  };
  return info;
}

}  // namespace dse
