// The number of images per second that each learner learns from, and predicts; and of rows of numbers that
// learners of tables predict and then learn from.
#include <benchmark/benchmark.h>

#include <vector>

#include "learn/built_in_learners.h"
#include "learn/hoeffding_tree.h"
#include "learn/naive_bayes.h"
#include "learn/probabilities.h"

namespace dse {
namespace {

constexpr std::size_t kImages = 2'048;
constexpr std::size_t kBatch = 16;

// Images with a fifth of the pixels set, as in handwritten digits, and meaningless labels.
struct Images {
  LearnerOptions options;
  std::vector<std::uint8_t> pixels;
  std::vector<Example> examples;

  Images() : pixels(kImages * options.shape.pixels()) {
    RandomStream random(2015, "bench", "images");
    // Pixels are set in runs, like strokes.
    for (std::size_t at = 0; at < pixels.size(); ++at) {
      if (random.below(25) != 0) continue;
      for (std::size_t end = std::min(at + 5, pixels.size()); at < end; ++at) {
        pixels[at] = static_cast<std::uint8_t>(1 + random.below(255));
      }
    }
    for (std::size_t image = 0; image < kImages; ++image) {
      examples.push_back(
          {pixels.data() + image * options.shape.pixels(), static_cast<int>(random.below(10))});
    }
  }
};

std::unique_ptr<Learner> trained(const std::string& name, const Images& images) {
  RandomStream random(2015, name, "weights");
  auto learner = built_in_learners().find(name)->make(images.options, random);
  std::vector<Prediction> before(kBatch);
  for (std::size_t at = 0; at < kImages; at += kBatch) {
    learner->train(std::span(images.examples).subspan(at, kBatch), before);
  }
  return learner;
}

void train(benchmark::State& state, const std::string& name) {
  const Images images;
  const auto learner = trained(name, images);
  std::vector<Prediction> before(kBatch);
  std::size_t at = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    learner->train(std::span(images.examples).subspan(at, kBatch), before);
    benchmark::DoNotOptimize(before.data());
    at = (at + kBatch) % kImages;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

void predict(benchmark::State& state, const std::string& name) {
  const Images images;
  const auto learner = trained(name, images);
  std::size_t at = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    Prediction prediction;
    learner->predict({&images.examples[at].pixels, 1}, {&prediction, 1});
    benchmark::DoNotOptimize(prediction);
    at = (at + 1) % kImages;
  }
  state.SetItemsProcessed(state.iterations());
}

constexpr std::size_t kFeatures = 10;
constexpr std::size_t kRows = 1 << 17;

// Rows of a concept that no split along an axis ends with: on which side of a plane they lie, and now and
// then on the other one.
struct Rows {
  std::vector<float> features;
  std::vector<int> labels;

  Rows() {
    RandomStream random(2015, "bench", "rows");
    for (std::size_t row = 0; row < kRows; ++row) {
      double sum = 0;
      for (std::size_t at = 0; at < kFeatures; ++at) {
        features.push_back(static_cast<float>(random.uniform()));
        sum += static_cast<double>(at + 1) * (static_cast<double>(features.back()) - 0.5);
      }
      labels.push_back((sum > 0) != (random.below(20) == 0) ? 1 : 0);
    }
  }
  std::span<const float> row(std::size_t at) const {
    return std::span(features).subspan(at * kFeatures, kFeatures);
  }
};

template <typename Learner>
void predict_row(Learner& learner, std::span<const float> row) {
  double probabilities[2];
  learner.probabilities(row, probabilities);
  benchmark::DoNotOptimize(most_probable(probabilities));
}

void test_then_train_tree(benchmark::State& state, LeafPredictor leaf) {
  const Rows rows;
  HoeffdingTree tree({.features = kFeatures, .classes = 2, .leaf = leaf});
  for (std::size_t at = 0; at < kRows; ++at) tree.learn_one(rows.row(at), rows.labels[at]);
  std::size_t at = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    predict_row(tree, rows.row(at));
    tree.learn_one(rows.row(at), rows.labels[at]);
    at = (at + 1) % kRows;
  }
  state.SetItemsProcessed(state.iterations());
}

void test_then_train_naive_bayes(benchmark::State& state) {
  const Rows rows;
  NaiveBayes learner({.features = kFeatures, .classes = 2});
  std::vector<const float*> batch(kBatch);
  std::size_t at = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    for (std::size_t row = 0; row < kBatch; ++row) {
      predict_row(learner, rows.row(at + row));
      batch[row] = rows.row(at + row).data();
    }
    learner.learn(batch, std::span(rows.labels).subspan(at, kBatch));
    at = (at + kBatch) % kRows;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
}

BENCHMARK_CAPTURE(test_then_train_tree, adaptive, LeafPredictor::kAdaptive)
    ->Name("test-then-train/hoeffding-tree/adaptive");
BENCHMARK_CAPTURE(test_then_train_tree, majority, LeafPredictor::kMajority)
    ->Name("test-then-train/hoeffding-tree/majority");
BENCHMARK(test_then_train_naive_bayes)->Name("test-then-train/naive-bayes");
BENCHMARK_CAPTURE(train, softmax, "softmax")->Name("train/softmax");
BENCHMARK_CAPTURE(train, mlp, "mlp")->Name("train/mlp");
BENCHMARK_CAPTURE(train, lenet5, "lenet5")->Name("train/lenet5");
BENCHMARK_CAPTURE(train, quadratic, "quadratic")->Name("train/quadratic");
BENCHMARK_CAPTURE(predict, softmax, "softmax")->Name("predict/softmax");
BENCHMARK_CAPTURE(predict, mlp, "mlp")->Name("predict/mlp");
BENCHMARK_CAPTURE(predict, lenet5, "lenet5")->Name("predict/lenet5");
BENCHMARK_CAPTURE(predict, quadratic, "quadratic")->Name("predict/quadratic");

}  // namespace
}  // namespace dse
