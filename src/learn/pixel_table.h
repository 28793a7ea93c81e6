// What a learner makes of a pixel's byte: a value in [0, 1], and 0 for 0. Pure functions.
#pragma once

#include <array>
#include <cstdint>

namespace dse {

inline constexpr float kFullScale = 255;

using PixelTable = std::array<float, 256>;

// byte / 255.
const PixelTable& linear_pixels();
// sqrt(byte / 255), which brings the variances of faint and bright pixels nearer to each other (Bartlett,
// "The use of transformations", Biometrics 1947).
const PixelTable& square_root_pixels();

}  // namespace dse
