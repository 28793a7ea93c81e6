#include <cstddef>

#include "sim/explain/format_pages.h"

// Defined in scenario_format_page.S.
extern "C" {
extern const char dse_scenario_format_page[], dse_scenario_format_page_end[];
}

namespace dse {

std::string_view scenario_format_page() {
  return {dse_scenario_format_page,
          static_cast<std::size_t>(dse_scenario_format_page_end - dse_scenario_format_page)};
}

}  // namespace dse
