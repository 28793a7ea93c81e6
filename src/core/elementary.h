// exp, log, erf, sine and cosine in plain double arithmetic. Those of the C library choose an implementation
// by processor, so their last bit may differ between machines; these give the same bits everywhere. Pure
// functions.
#pragma once

namespace dse {

// e^x within 2 units in the last place; 0 below -708, infinity above 709.78, NaN for NaN.
// Reduction by multiples of log 2 and a Taylor polynomial (Muller, "Elementary Functions", 3rd ed., ch. 11).
double exponential(double x);

// The natural logarithm of a normal x > 0, within 2 units in the last place; -infinity at 0.
// Series in (m - 1) / (m + 1) of the mantissa m (Abramowitz and Stegun, 4.1.27).
double logarithm(double x);

// erf(x), the error function, within 6 units in the last place; NaN for NaN. Rational approximations by Cody,
// "Rational Chebyshev approximations for the error function", Mathematics of Computation 23 (1969).
double error_function(double x);

// The sine and the cosine of a finite angle in degrees, within 2 units in the last place of 1; exact at
// multiples of 90. Taylor series about the nearest of these.
double sine_of_degrees(double degrees);
double cosine_of_degrees(double degrees);

// The probability that a standard normal variable is at most x: (1 + erf(x / sqrt 2)) / 2.
double normal_cumulative(double x);

}  // namespace dse
