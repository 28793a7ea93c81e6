// Probabilities of classes, as learners of tables give them. Pure functions.
#pragma once

#include <span>

namespace dse {

// Replaces logarithms, of which at least one is above -infinity, with what is proportional to their
// exponentials and sums to 1. Only their differences count.
void normalise_logarithms(std::span<double> logarithms);
// Replaces numbers from 0 with their shares of the sum; if all are 0, with equal shares.
void normalise(std::span<double> weights);
// The class of the greatest probability (or weight, or logarithm); the first of several. Never empty.
int most_probable(std::span<const double> probabilities);

}  // namespace dse
