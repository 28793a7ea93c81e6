#include "sim/world/processor.h"

#include "dse/error.h"

namespace dse {

void require_processor() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
    throw RunError("this processor has no AVX2 and FMA, which the learners need (x86-64-v3)");
#endif
}

}  // namespace dse
