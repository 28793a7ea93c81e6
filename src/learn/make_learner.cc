#include <algorithm>
#include <array>
#include <stdexcept>

#include "learn/learner.h"
#include "learn/lenet5.h"
#include "learn/mlp.h"
#include "learn/quadratic.h"
#include "learn/softmax.h"

namespace dse {
namespace {

constexpr int kSideMax = 256;
constexpr int kClassesMax = 256;

template <typename Kind>
std::unique_ptr<Learner> make(const LearnerOptions& options, RandomStream& random) {
  return std::make_unique<Kind>(options, random);
}

using Factory = std::unique_ptr<Learner> (*)(const LearnerOptions&, RandomStream&);

// In the order of kNames.
constexpr std::array<Factory, 4> kFactories{make<Softmax>, make<Mlp>, make<LeNet5>, make<Quadratic>};
// Microseconds an image of 28 x 28 took, rounded up.
constexpr std::array<unsigned, kFactories.size()> kCosts{3, 10, 28, 6};

void require_possible(std::string_view name, const LearnerOptions& options) {
  const std::string needs = std::string(name) + " needs ";
  const auto fits = [](int side) { return side >= 1 && side <= kSideMax; };
  const auto [rows, columns] = options.shape;
  if (!fits(rows) || !fits(columns)) {
    throw std::invalid_argument(needs + "images of 1 to " + std::to_string(kSideMax) +
                                " rows and columns; these have " + std::to_string(rows) + " rows and " +
                                std::to_string(columns) + " columns");
  }
  if (options.classes < 2 || options.classes > kClassesMax) {
    throw std::invalid_argument(needs + "2 to " + std::to_string(kClassesMax) + " classes, not " +
                                std::to_string(options.classes));
  }
}

}  // namespace

std::span<const std::string> learner_names() {
  static const std::array<std::string, kFactories.size()> kNames{"softmax", "mlp", "lenet5", "quadratic"};
  return kNames;
}

unsigned relative_training_cost(std::string_view name) {
  const std::span<const std::string> names = learner_names();
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? 0 : kCosts[static_cast<std::size_t>(found - names.begin())];
}

std::unique_ptr<Learner> make_learner(std::string_view name, const LearnerOptions& options,
                                      RandomStream& random) {
  const std::span<const std::string> names = learner_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    std::string known;
    for (const std::string& each : names) known += (known.empty() ? "" : ", ") + each;
    throw std::invalid_argument("no learner is called \"" + std::string(name) + "\"; there are " + known);
  }
  require_possible(name, options);
  return kFactories[static_cast<std::size_t>(found - names.begin())](options, random);
}

}  // namespace dse
