// Small made-up images to learn from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dse/learner.h"
#include "dse/random.h"

namespace dse {

// The learners of images; the others take rows of a table alone, or look at nothing but labels.
inline const std::vector<std::string> kImageLearners = {"softmax", "mlp", "lenet5", "quadratic"};

// Examples whose classes are easy to tell apart: each class has a pattern of its own, on which noise is laid.
class SyntheticImages {
 public:
  SyntheticImages(const LearnerOptions& options, std::size_t count, std::uint64_t seed = 11)
      : pixels_(options.shape.pixels()), images_(pixels_ * count), labels_(count) {
    RandomStream pattern_stream(1, "test", "patterns");
    const auto classes = static_cast<std::size_t>(options.classes);
    std::vector<std::uint8_t> patterns(pixels_ * classes);
    for (std::uint8_t& pixel : patterns) pixel = pattern_stream.below(5) == 0 ? 200 : 0;
    RandomStream random(seed, "test", "images");
    for (std::size_t at = 0; at < count; ++at) {
      const std::size_t label = random.below(classes);
      labels_[at] = static_cast<int>(label);
      for (std::size_t pixel = 0; pixel < pixels_; ++pixel) {
        const bool noise = random.below(10) == 0;
        images_[at * pixels_ + pixel] =
            noise ? static_cast<std::uint8_t>(random.below(256)) : patterns[label * pixels_ + pixel];
      }
    }
  }

  std::size_t size() const { return labels_.size(); }
  const std::uint8_t* image(std::size_t at) const { return images_.data() + at * pixels_; }
  int label(std::size_t at) const { return labels_[at]; }

  // Examples begin … begin + count.
  std::vector<Example> batch(std::size_t begin, std::size_t count) const {
    std::vector<Example> examples;
    for (std::size_t at = begin; at < begin + count; ++at) examples.push_back({image(at), label(at)});
    return examples;
  }

 private:
  std::size_t pixels_;
  std::vector<std::uint8_t> images_;
  std::vector<int> labels_;
};

}  // namespace dse
