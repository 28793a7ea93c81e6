#include "learn/built_in_learners.h"

#include <stdexcept>
#include <type_traits>
#include <utility>

#include "core/parameter_keys.h"
#include "learn/hoeffding_tree.h"
#include "learn/learner_parameters.h"
#include "learn/lenet5.h"
#include "learn/majority.h"
#include "learn/mlp.h"
#include "learn/naive_bayes.h"
#include "learn/no_change.h"
#include "learn/quadratic.h"
#include "learn/quadratic_rows.h"
#include "learn/row_learner.h"
#include "learn/softmax.h"

namespace dse {
namespace {

constexpr int kSideMax = 256;
constexpr int kClassesMax = 256;
constexpr int kRowClassesMax = 65'536;

void require_classes(const std::string& name, const LearnerOptions& options, int most) {
  if (options.classes >= 2 && options.classes <= most) return;
  throw std::invalid_argument(name + " needs 2 to " + std::to_string(most) + " classes, not " +
                              std::to_string(options.classes));
}

void require_images(const std::string& name, const LearnerOptions& options) {
  if (!options.takes_images())
    throw std::invalid_argument(name + " needs images, and what reaches it are rows of a table");
  const auto fits = [](int side) { return side >= 1 && side <= kSideMax; };
  const auto [rows, columns] = options.shape;
  if (fits(rows) && fits(columns)) return;
  throw std::invalid_argument(name + " needs images of 1 to " + std::to_string(kSideMax) +
                              " rows and columns; these have " + std::to_string(rows) + " rows and " +
                              std::to_string(columns) + " columns");
}

void require_rows(const std::string& name, const LearnerOptions& options) {
  if (!options.takes_images()) return;
  throw std::invalid_argument(name + " needs rows of a table, and what reaches it are images");
}

struct Row {
  std::string name;
  std::string meaning;
  unsigned cost;  // microseconds that an image of 28 x 28, or a row of 10 numbers, took, rounded up
};

using Make = std::function<std::unique_ptr<Learner>(const LearnerOptions&, RandomStream&)>;

LearnerInfo info(const Row& row, Make make, std::vector<KeyInfo> parameters = {}) {
  return {.name = row.name,
          .meaning = row.meaning,
          .cost = row.cost,
          .make = std::move(make),
          .parameters = std::move(parameters)};
}

// A learner of images, and of rows if it is said.
template <typename Kind>
LearnerInfo image_learner(const Row& row, bool takes_rows) {
  return info(row,
              [name = row.name, takes_rows](const LearnerOptions& options,
                                            RandomStream& random) -> std::unique_ptr<Learner> {
                if (options.takes_images() || !takes_rows) require_images(name, options);
                require_classes(name, options, kClassesMax);
                return std::make_unique<Kind>(options, random);
              });
}

// A learner of rows; a baseline looks at nothing but labels, so that images are as good.
template <typename Core, typename MakeCore>
LearnerInfo row_learner(const Row& row, const MakeCore& make_core, std::vector<KeyInfo> parameters = {}) {
  constexpr bool kBaseline = std::is_same_v<Core, Majority> || std::is_same_v<Core, NoChange>;
  return info(
      row,
      [name = row.name, make_core](const LearnerOptions& options, RandomStream&) -> std::unique_ptr<Learner> {
        if constexpr (!kBaseline) require_rows(name, options);
        require_classes(name, options, kRowClassesMax);
        return std::make_unique<RowLearner<Core>>(options, make_core(options));
      },
      std::move(parameters));
}

std::unique_ptr<Learner> make_quadratic(const LearnerOptions& options, RandomStream& random) {
  require_classes("quadratic", options, kClassesMax);
  if (options.takes_images()) {
    require_images("quadratic", options);
    return std::make_unique<Quadratic>(options, random);
  }
  if (options.features > QuadraticRows::kFeaturesMax) {
    throw std::invalid_argument("quadratic takes rows of at most " +
                                std::to_string(QuadraticRows::kFeaturesMax) + " numbers; these have " +
                                std::to_string(options.features));
  }
  QuadraticRows core(static_cast<std::size_t>(options.features), static_cast<std::size_t>(options.classes));
  return std::make_unique<RowLearner<QuadraticRows>>(options, std::move(core));
}

KeyInfo choice(const char* name, std::vector<std::string> choices, const char* meaning) {
  return {.name = name,
          .type = KeyType::kChoice,
          .fallback = choices.front(),
          .choices = choices,
          .meaning = meaning};
}

void require_within(const char* name, double value, double least, double most) {
  if (value >= least && value <= most) return;
  throw std::invalid_argument("the learner's " + std::string(name) + " is " + std::to_string(value) +
                              ": expected " + std::to_string(least) + " to " + std::to_string(most));
}

NaiveBayes make_naive_bayes(const LearnerOptions& options) {
  const double smoothing = parameter(options, "var_smoothing", NaiveBayesOptions().var_smoothing);
  require_within("var_smoothing", smoothing, 0, 1);
  return NaiveBayes({.features = static_cast<std::size_t>(options.features),
                     .classes = static_cast<std::size_t>(options.classes),
                     .var_smoothing = smoothing});
}

std::vector<KeyInfo> tree_parameters() {
  const HoeffdingTreeOptions defaults;
  return {
      integer_parameter(
          "grace_period", static_cast<std::int64_t>(defaults.grace_period), {1, 1'000'000'000},
          "how many examples come to a leaf from one attempt to split it to the next (n_min of Domingos and "
          "Hulten, 2000; 200 in River and MOA)"),
      number_parameter(
          "split_confidence", defaults.split_confidence,
          "the probability, above 0 and below 1, with which a split may be the wrong one (delta there)"),
      number_parameter(
          "tie_threshold", defaults.tie_threshold,
          "a leaf is split in any case once the bound is below this number from 0 to 1 (tau there)"),
      choice(
          "leaf", {"adaptive", "naive-bayes", "majority"},
          "how a leaf predicts; `\"adaptive\"`: by that of the other two which was right more often in this "
          "leaf (nba, nb and mc in River and MOA)"),
      choice("criterion", {"information-gain", "gini"},
             "what a split is judged by (information gain in River and MOA)"),
      integer_parameter(
          "points", static_cast<std::int64_t>(defaults.split.points), {1, 1'000},
          "how many thresholds of a feature are tried, equally spaced between its least and its greatest "
          "value "
          "(10 in River and MOA)"),
      number_parameter(
          "least_share", defaults.split.least_share,
          "each part of a split has more than this share of the examples, from 0 to 0.5 (0.01 in River "
          "and MOA)"),
      integer_parameter("max_depth", static_cast<std::int64_t>(defaults.max_depth), {0, 1'000},
                        "no leaf is deeper; the root has depth 0 (no bound in River)"),
      integer_parameter(
          "max_bytes", static_cast<std::int64_t>(defaults.bytes_max), {1, std::int64_t{1} << 34},
          "the most memory that the tree takes; then no leaf is split any more (100 MiB in River)")};
}

HoeffdingTree make_tree(const LearnerOptions& options) {
  HoeffdingTreeOptions tree{.features = static_cast<std::size_t>(options.features),
                            .classes = static_cast<std::size_t>(options.classes)};
  const auto whole = [&options](const char* name, std::uint64_t fallback) {
    return static_cast<std::uint64_t>(parameter(options, name, static_cast<std::int64_t>(fallback)));
  };
  tree.grace_period = whole("grace_period", tree.grace_period);
  tree.split_confidence = parameter(options, "split_confidence", tree.split_confidence);
  require_within("split_confidence", tree.split_confidence, 1e-300, 0.999999);
  tree.tie_threshold = parameter(options, "tie_threshold", tree.tie_threshold);
  require_within("tie_threshold", tree.tie_threshold, 0, 1);
  const std::string leaf = parameter(options, "leaf", std::string("adaptive"));
  if (leaf != "adaptive")
    tree.leaf = leaf == "majority" ? LeafPredictor::kMajority : LeafPredictor::kNaiveBayes;
  if (parameter(options, "criterion", std::string("information-gain")) == "gini")
    tree.split.criterion = SplitCriterion::kGini;
  tree.split.points = whole("points", tree.split.points);
  tree.split.least_share = parameter(options, "least_share", tree.split.least_share);
  require_within("least_share", tree.split.least_share, 0, 0.5);
  tree.max_depth = static_cast<std::uint32_t>(whole("max_depth", tree.max_depth));
  tree.bytes_max = whole("max_bytes", tree.bytes_max);
  return HoeffdingTree(tree);
}

}  // namespace

LearnerTable built_in_learners() {
  LearnerTable table;
  table.add(image_learner<Softmax>(
      {"softmax", "Multinomial logistic regression on the pixels, or on standardised numbers.", 3}, true));
  table.add(image_learner<Mlp>({"mlp", "A perceptron with two hidden layers.", 10}, true));
  table.add(image_learner<LeNet5>(
      {"lenet5", "A convolutional network; the sides of its images are multiples of 4, from 16.", 28},
      false));
  table.add(info({"quadratic",
                  "Quadratic discriminant analysis of principal components, or of standardised numbers.", 6},
                 make_quadratic));
  table.add(row_learner<NaiveBayes>(
      {"naive-bayes", "Gaussian naive Bayes, for rows of a table.", 1}, make_naive_bayes,
      {number_parameter(
          "var_smoothing", NaiveBayesOptions().var_smoothing,
          "what share of the greatest variance of a feature is added to every variance, from 0 to 1 (as in "
          "scikit-learn's `GaussianNB`)")}));
  table.add(row_learner<HoeffdingTree>(
      {"hoeffding-tree", "A decision tree that grows with the stream, for rows of a table.", 3}, make_tree,
      tree_parameters()));
  const auto majority = [](const LearnerOptions& options) {
    return Majority(static_cast<std::size_t>(options.classes));
  };
  const auto no_change = [](const LearnerOptions& options) {
    return NoChange(static_cast<std::size_t>(options.classes));
  };
  table.add(row_learner<Majority>({"majority", "A baseline: the class that was most frequent so far.", 1},
                                  majority));
  table.add(
      row_learner<NoChange>({"no-change", "A baseline: the label of the example before.", 1}, no_change));
  return table;
}

}  // namespace dse
