// The number of images per second that each learner learns from, and predicts; of rows of numbers that
// learners of tables predict and then learn from; of predictions that are measured; and of values that each
// drift detector takes.
#include <benchmark/benchmark.h>

#include <vector>

#include "drift/adwin.h"
#include "drift/ddm.h"
#include "drift/page_hinkley.h"
#include "learn/built_in_learners.h"
#include "learn/hoeffding_tree.h"
#include "learn/naive_bayes.h"
#include "learn/probabilities.h"
#include "measure/prequential_figures.h"

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
    const Input input = images.examples[at].input();
    learner->predict({&input, 1}, std::span(&prediction, 1));
    benchmark::DoNotOptimize(prediction);
    at = (at + 1) % kImages;
  }
  state.SetItemsProcessed(state.iterations());
}

// Errors of a model that is wrong once in five times.
template <typename Detector>
void watch(benchmark::State& state) {
  RandomStream random(2015, "bench", "errors");
  std::vector<double> errors(1 << 16);
  for (double& error : errors) error = random.below(5) == 0 ? 1 : 0;
  Detector detector;
  std::size_t at = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    benchmark::DoNotOptimize(detector.update(errors[at]));
    at = (at + 1) % errors.size();
  }
  state.SetItemsProcessed(state.iterations());
}

// Predictions of so many classes, with probabilities or without; a point of each curve every 1,000.
void measure(benchmark::State& state, bool with_probabilities) {
  constexpr std::size_t kPredictions = 1 << 12;
  const auto classes = static_cast<std::size_t>(state.range(0));
  RandomStream random(2015, "bench", "predictions");
  std::vector<double> probabilities;
  std::vector<LabelledPrediction> predictions(kPredictions);
  for (LabelledPrediction& one : predictions) {
    one.truth = static_cast<int>(random.below(classes));
    one.predicted = random.below(4) == 0 ? static_cast<int>(random.below(classes)) : one.truth;
    for (std::size_t label = 0; label < classes; ++label) {
      const bool predicted = static_cast<int>(label) == one.predicted;
      probabilities.push_back((predicted ? 0.5 : 0) + random.uniform() / static_cast<double>(classes));
    }
  }
  if (with_probabilities) {
    for (std::size_t at = 0; at < kPredictions; ++at)
      predictions[at].probabilities = std::span(probabilities).subspan(at * classes, classes);
  }
  PrequentialFigures figures({});
  TimeNs now = 0;
  std::size_t at = 0;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    predictions[at].time_ns = now;
    figures.add(predictions[at]);
    now += kNanosecondsPerSecond / 1'000;
    at = (at + 1) % kPredictions;
  }
  benchmark::DoNotOptimize(figures.overall());
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
BENCHMARK_TEMPLATE(watch, Adwin)->Name("watch/adwin");
BENCHMARK_TEMPLATE(watch, Ddm)->Name("watch/ddm");
BENCHMARK_TEMPLATE(watch, PageHinkley)->Name("watch/page-hinkley");
BENCHMARK_CAPTURE(measure, labels, false)->Name("measure/labels")->Arg(10)->Arg(1'000);
BENCHMARK_CAPTURE(measure, probabilities, true)->Name("measure/probabilities")->Arg(10)->Arg(1'000);

}  // namespace
}  // namespace dse
