#include "sim/trace/run_trace.h"

namespace dse {

std::uint32_t TraceTexts::number_of(const std::string& text) {
  const auto [at, is_new] = numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
  if (is_new) texts_.push_back(text);
  return at->second;
}

void RunTrace::flows_of(const TraceMark& mark, std::vector<std::uint64_t>& flows) const {
  flows.clear();
  if (mark.answered != 0) flows.push_back(mark.answered);
  for (std::uint64_t copy = mark.first_copy; copy < mark.first_copy + mark.copies; ++copy) {
    if (delivered[copy]) flows.push_back(copy);
  }
}

}  // namespace dse
