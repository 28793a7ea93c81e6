// The version of dse that is running.
#pragma once

namespace dse {

// "0.1.0", as the project's build description says it.
const char* version();

}  // namespace dse
