// Tables from a pixel's byte to a value in [0, 1]; 0 gives 0. Pure functions.
#pragma once

#include <array>
#include <cstdint>

namespace dse {

inline constexpr float kFullScale = 255;

using PixelTable = std::array<float, 256>;

// byte / 255.
const PixelTable& linear_pixels();
// sqrt(byte / 255), which brings the variances of faint and bright pixels closer to each other (Bartlett,
// "The use of transformations", Biometrics 1947).
const PixelTable& square_root_pixels();

}  // namespace dse
