// What programs get to answer, or to end, once the user has interrupted the run: a moment, one for
// all of them.
#pragma once

#include <functional>

namespace dse {

// Returns a function that becomes true a moment after `interrupted` has become true; all its copies
// do so at once. Any thread may call it, if any may call `interrupted`.
std::function<bool()> moment_after(std::function<bool()> interrupted);

}  // namespace dse
