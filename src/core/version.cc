#include "core/version.h"

namespace dse {

const char* version() { return DSE_VERSION; }

}  // namespace dse
