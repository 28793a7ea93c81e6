#include "sim/conform/comparison.h"

#include <fmt/format.h>

#include <algorithm>

namespace dse {

Comparison compare(const ConformCase& drawn, const MakeSide& make_first, const MakeSide& make_second,
                   std::chrono::milliseconds patience) {
  const std::unique_ptr<Side> first = make_first();
  const std::unique_ptr<Side> second = make_second();
  std::vector<Operation> operations = drawn.operations;
  for (Operation& closing : closing_operations(drawn)) operations.push_back(std::move(closing));
  Comparison comparison;
  for (const Operation& operation : operations) {
    ComparedStep step{operation, first->perform(operation), {}};
    if (step.first.undetermined) break;
    step.second = second->perform(operation);
    const auto end = std::chrono::steady_clock::now() + patience;
    for (int looks = 0; step.first != step.second; ++looks) {
      if (looks >= kLooksMax && std::chrono::steady_clock::now() >= end) break;
      first->look_again(step.first);
      second->look_again(step.second);
    }
    comparison.differs = step.first != step.second;
    comparison.steps.push_back(std::move(step));
    if (comparison.differs) break;
  }
  return comparison;
}

std::string describe(const Comparison& comparison, const SideNames& names) {
  const std::size_t width = std::max(names.first.size(), names.second.size()) + 1;
  std::string text;
  std::size_t number = 0;
  for (const ComparedStep& step : comparison.steps) {
    text += fmt::format("{:4}  {}\n", ++number, describe(step.operation));
    if (step.first == step.second) {
      const std::string outcome = describe(step.first);
      if (outcome != "nothing") text += fmt::format("        {}\n", outcome);
      continue;
    }
    text += fmt::format("        {:<{}} {}\n", fmt::format("{}:", names.first), width,
                        describe_fully(step.first));
    text += fmt::format("        {:<{}} {}\n", fmt::format("{}:", names.second), width,
                        describe_fully(step.second));
  }
  return text;
}

}  // namespace dse
