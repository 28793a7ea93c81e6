// The parts of report pages that are files of their own: styles and scripts, ours and those of others, as
// they were when the program was built.
#pragma once

#include <string_view>

namespace dse {

std::string_view page_style();
std::string_view page_script();
// Apache ECharts, which draws charts, and dagre, which lays out graphs. Empty when the program was built
// without them.
std::string_view charts_script();
std::string_view layout_script();

}  // namespace dse
