#include "synthetic/led.h"

#include <memory>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/check.h"
#include "synthetic/half_draws.h"

namespace dse {
namespace {

// The segments that each digit lights, the first segment in the lowest bit.
constexpr std::array<unsigned, Led::kDigits> kLit = {
    0b1110111,  // 0: all but the middle
    0b0100100,  // 1: those at the right
    0b1011101,  // 2: all but upper left and lower right
    0b1101101,  // 3: all but those at the left
    0b0101110,  // 4: upper left, the middle, and those at the right
    0b1101011,  // 5: all but upper right and lower left
    0b1111011,  // 6: all but upper right
    0b0100101,  // 7: the top, and those at the right
    0b1111111,  // 8
    0b1101111,  // 9: all but lower left
};

std::vector<std::string> digit_names() {
  std::vector<std::string> names;
  for (int digit = 0; digit < Led::kDigits; ++digit) names.push_back(std::to_string(digit));
  return names;
}

}  // namespace

Led::Led(const LedOptions& options, const StreamRandom& random)
    : SyntheticStream(numbered_names("x", kSegments + (options.irrelevant ? kIrrelevant : 0)), digit_names()),
      noise_(options.noise),
      features_random_(random.features),
      noise_random_(random.noise) {
  if (options.swapped_features > 0 && !options.irrelevant) {
    throw std::invalid_argument(
        "swapped_features of led needs irrelevant = true: features change places with those");
  }
  const auto swapped = static_cast<std::size_t>(options.swapped_features);
  DSE_CHECK(swapped <= kSegments, "{} swapped features of led", swapped);
  std::iota(places_.begin(), places_.end(), std::size_t{0});
  for (std::size_t at = 0; at < swapped; ++at) std::swap(places_[at], places_[kSegments + at]);
}

int Led::next(std::span<float> features) {
  DSE_CHECK(features.size() == this->features(), "{} places for {} features", features.size(),
            this->features());
  const auto digit = static_cast<std::size_t>(features_random_.below(kDigits));
  std::uint64_t bits = kLit[digit];
  if (noise_ > 0) {
    HalfDraws draws(noise_random_);
    for (std::size_t segment = 0; segment < kSegments; ++segment) {
      bits ^= std::uint64_t{draws.happens(noise_)} << segment;
    }
  }
  if (features.size() > kSegments) bits |= features_random_.next_u64() << kSegments;
  for (std::size_t at = 0; at < features.size(); ++at) {
    features[places_[at]] = static_cast<float>(bits >> at & 1);
  }
  return static_cast<int>(digit);
}

SyntheticStreamInfo led_stream() {
  SyntheticStreamInfo info = {
      .name = "led",
      .meaning = "The segments of a digit, each inverted now and then, among features that mean nothing.",
      .source = "Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984",
      .options = {{.key = {.name = "noise",
                           .type = KeyType::kNumber,
                           .fallback = 0.1,
                           .meaning = "the probability that a segment is inverted"},
                   .source = "the book and MOA; River's default is 0"},
                  {.key = {.name = "irrelevant",
                           .type = KeyType::kFlag,
                           .fallback = true,
                           .meaning = "whether there are 17 features more, which mean nothing"},
                   .source = "MOA; River's default is false"},
                  {.key = {.name = "swapped_features",
                           .type = KeyType::kInteger,
                           .fallback = std::int64_t{0},
                           .range = {0, Led::kSegments},
                           .meaning = "so many segments have changed places with features that mean nothing"},
                   .source = "MOA's numberAttributesDrift"}}};
  info.make = [name = info.name, options = info.options](const StreamValues& values,
                                                         const StreamRandom& random) {
    const StreamOptionReader read(name, options, values);
    return std::make_unique<Led>(LedOptions{.noise = read.number("noise"),
                                            .irrelevant = read.flag("irrelevant"),
                                            .swapped_features = read.integer("swapped_features")},
                                 random);
  };
  return info;
}

}  // namespace dse
