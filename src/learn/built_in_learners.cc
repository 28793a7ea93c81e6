#include "learn/built_in_learners.h"

#include <stdexcept>

#include "learn/lenet5.h"
#include "learn/mlp.h"
#include "learn/quadratic.h"
#include "learn/softmax.h"

namespace dse {
namespace {

constexpr int kSideMax = 256;
constexpr int kClassesMax = 256;

void require_possible(const std::string& name, const LearnerOptions& options) {
  const std::string needs = name + " needs ";
  if (!options.takes_images())
    throw std::invalid_argument(needs + "images, and what reaches it are rows of a table");
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

struct Row {
  std::string name;
  std::string meaning;
  unsigned cost;  // microseconds that an image of 28 x 28 took, rounded up
};

template <typename Kind>
LearnerInfo learner(const Row& row) {
  return {.name = row.name,
          .meaning = row.meaning,
          .cost = row.cost,
          .make = [name = row.name](const LearnerOptions& options,
                                    RandomStream& random) -> std::unique_ptr<Learner> {
            require_possible(name, options);
            return std::make_unique<Kind>(options, random);
          }};
}

}  // namespace

LearnerTable built_in_learners() {
  LearnerTable table;
  table.add(learner<Softmax>({"softmax", "Multinomial logistic regression on the pixels.", 3}));
  table.add(learner<Mlp>({"mlp", "A perceptron with one hidden layer.", 10}));
  table.add(learner<LeNet5>(
      {"lenet5", "A convolutional network; the sides of its images are multiples of 4, from 16.", 28}));
  table.add(learner<Quadratic>({"quadratic", "Quadratic discriminant analysis of principal components.", 6}));
  return table;
}

}  // namespace dse
