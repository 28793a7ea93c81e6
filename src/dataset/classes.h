// How many labels there are where nothing says so.
#pragma once

namespace dse {

// The number of labels of a data set that does not show it: it has no labels, or only 0.
inline constexpr int kClassesWithoutData = 10;

// `from_data` is one more than the largest label of the data.
inline int classes_told_by(int from_data) { return from_data > 1 ? from_data : kClassesWithoutData; }

}  // namespace dse
