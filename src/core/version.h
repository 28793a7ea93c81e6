// The version of the running dse.
#pragma once

namespace dse {

// "0.1.0", as CMakeLists.txt states it.
const char* version();

}  // namespace dse
