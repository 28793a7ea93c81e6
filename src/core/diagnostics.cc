#include "core/diagnostics.h"

#include <cstdio>

#include "core/pipe_signal.h"

namespace dse {

void write_diagnostic(std::string_view text) noexcept {
  const NoPipeSignal no_signal;
  [[maybe_unused]] const std::size_t written = std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace dse
