// The parameters of a learner, as a scenario gives them: `learner = { name = "…", PARAMETER = … }`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dse/learner.h"

namespace dse {

inline constexpr std::uint32_t kParametersBytesMax = 4096;

// The value of a parameter, or `fallback` where the options do not have it. A parameter of another type
// throws UsageError: the table of learners says the type.
std::int64_t parameter(const LearnerOptions& options, std::string_view name, std::int64_t fallback);
double parameter(const LearnerOptions& options, std::string_view name, double fallback);
std::string parameter(const LearnerOptions& options, std::string_view name, const std::string& fallback);

// All that are given, in order of their names: "grace_period=200 leaf=nb"; "" when none is.
std::string parameters_text(const LearnerOptions& options);

}  // namespace dse
