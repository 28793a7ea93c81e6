// How many labels there are, where nobody says so.
#pragma once

namespace dse {

// So many labels a data set has that tells none: none, or all 0.
inline constexpr int kClassesWithoutData = 10;

// `from_data` is one more than the largest label of the data.
inline int classes_told_by(int from_data) { return from_data > 1 ? from_data : kClassesWithoutData; }

}  // namespace dse
