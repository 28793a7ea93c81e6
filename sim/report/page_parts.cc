#include "sim/report/page_parts.h"

// Defined in page_parts.S.
extern "C" {
extern const char dse_page_style[], dse_page_style_end[];
extern const char dse_page_script[], dse_page_script_end[];
extern const char dse_charts_script[], dse_charts_script_end[];
extern const char dse_layout_script[], dse_layout_script_end[];
}

namespace dse {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view page_style() { return between(dse_page_style, dse_page_style_end); }
std::string_view page_script() { return between(dse_page_script, dse_page_script_end); }
std::string_view charts_script() { return between(dse_charts_script, dse_charts_script_end); }
std::string_view layout_script() { return between(dse_layout_script, dse_layout_script_end); }

}  // namespace dse
