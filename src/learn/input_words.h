// What a learner is given, in words for users.
#pragma once

#include <string>

#include "dse/learner.h"

namespace dse {

// "images of 28 x 28", or, with features, "rows of 10 numbers".
std::string input_words(const ImageShape& shape, int features);

}  // namespace dse
