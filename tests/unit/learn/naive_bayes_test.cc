// That the numbers are those of scikit-learn is tested in tests/python/test_naive_bayes.py.
#include "learn/naive_bayes.h"

#include <cmath>
#include <numeric>

#include "support/catch.h"
#include "synthetic_rows.h"

using namespace dse;

namespace {

constexpr std::size_t kClasses = 4;
const NaiveBayesOptions kOptions{.features = 5, .classes = kClasses};

void learn(NaiveBayes& learner, std::span<const SyntheticRow> rows, std::size_t batch) {
  for (std::size_t at = 0; at < rows.size(); at += batch) {
    std::vector<const float*> pointers;
    std::vector<int> labels;
    for (const SyntheticRow& row : rows.subspan(at, std::min(batch, rows.size() - at))) {
      pointers.push_back(row.features.data());
      labels.push_back(row.label);
    }
    learner.learn(pointers, labels);
  }
}

// Only three of the four classes come.
std::vector<SyntheticRow> rows_of(std::size_t count) { return clustered_rows(5, 3, count); }

}  // namespace

TEST_CASE("before the first batch, all classes are as probable; one that never comes has no probability") {
  NaiveBayes learner(kOptions);
  const std::vector<SyntheticRow> rows = rows_of(500);
  CHECK(probabilities_of(learner, rows[0].features, kClasses) == std::vector<double>(kClasses, 0.25));
  learn(learner, rows, 16);
  std::size_t right = 0;
  for (const SyntheticRow& row : rows) {
    const std::vector<double> said = probabilities_of(learner, row.features, kClasses);
    CHECK(said[3] == 0);
    CHECK(std::accumulate(said.begin(), said.end(), 0.0) == Approx(1).epsilon(1e-12));
    right += most_probable(said) == row.label ? 1U : 0U;
  }
  CHECK(right > 400);
}

TEST_CASE("by hand, from one batch") {
  NaiveBayes learner({.features = 1, .classes = 2, .var_smoothing = 0.1});
  const float rows[] = {1, 3, 2, 5, 9};
  const std::vector<const float*> pointers = {rows, rows + 1, rows + 2, rows + 3, rows + 4};
  learner.learn(pointers, std::vector<int>{0, 0, 0, 1, 1});
  // The batch's variance is 8, so 0.8 is added to the classes' variances of 2/3 and 4.
  const auto normal = [](double x, double mean, double variance) {
    return std::exp(-(x - mean) * (x - mean) / (2 * variance)) / std::sqrt(variance);
  };
  const double first = 3 * normal(4, 2, 2.0 / 3 + 0.8);
  const double second = 2 * normal(4, 7, 4.8);
  CHECK(probabilities_of(learner, std::vector<float>{4}, 2)[0] ==
        Approx(first / (first + second)).epsilon(1e-12));
}

TEST_CASE("single rows without any variance go to the nearest class") {
  NaiveBayes learner({.features = 2, .classes = 3});
  const std::vector<std::vector<float>> centres = {{0, 0}, {10, 0}, {0, 10}};
  for (int label = 0; label < 3; ++label) {
    const float* row = centres[static_cast<std::size_t>(label)].data();
    learner.learn(std::span(&row, 1), std::span(&label, 1));
  }
  CHECK(probabilities_of(learner, std::vector<float>{1, 1}, 3) == std::vector<double>{1, 0, 0});
  CHECK(probabilities_of(learner, std::vector<float>{9, 2}, 3) == std::vector<double>{0, 1, 0});
  const std::vector<double> far = probabilities_of(learner, std::vector<float>{3.4e38F, 3.4e38F}, 3);
  CHECK(far[0] + far[1] + far[2] == Approx(1));
}

TEST_CASE("loaded naive Bayes goes on exactly like the one that was saved") {
  const std::vector<SyntheticRow> rows = rows_of(1'000);
  for (const std::size_t learned : {0U, 1U, 333U}) {
    NaiveBayes saved(kOptions);
    learn(saved, std::span(rows).first(learned), 16);
    const std::string state = state_of(saved);
    NaiveBayes loaded(kOptions);
    learn(loaded, std::span(rows).last(50), 7);
    REQUIRE(refusal_of(loaded, state).empty());
    CHECK(state_of(loaded) == state);
    CHECK(digest_of(loaded) == digest_of(saved));
    learn(saved, std::span(rows).subspan(learned), 16);
    learn(loaded, std::span(rows).subspan(learned), 16);
    CHECK(state_of(loaded) == state_of(saved));
    CHECK(digest_of(loaded) == digest_of(saved));
    for (const SyntheticRow& row : rows) {
      REQUIRE(probabilities_of(loaded, row.features, kClasses) ==
              probabilities_of(saved, row.features, kClasses));
    }
  }
}

TEST_CASE("a state that no naive Bayes writes is refused") {
  NaiveBayes learner(kOptions);
  learn(learner, rows_of(100), 10);
  const std::string state = state_of(learner);
  NaiveBayes loaded(kOptions);
  for (std::size_t size = 0; size < state.size(); ++size) {
    INFO(size);
    CHECK_THAT(refusal_of(loaded, state.substr(0, size)), ContainsSubstring("a.learner: holds "));
  }
  std::string damaged = state;
  damaged[7] = 1;
  CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("examples of a class, expected at most"));
  damaged = state;
  damaged.replace(8, 8, std::string("\0\0\0\0\0\0\0\x7f", 8));
  CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("a mean that no floats have"));
  damaged = state;
  damaged.replace(8 + 5 * 8, 8, std::string("\0\0\0\0\0\0\xf0\xbf", 8));
  CHECK_THAT(refusal_of(loaded, damaged), ContainsSubstring("a negative variance"));
}

// The bytes are the same with every compiler, in every configuration and on every x86-64-v3 processor.
TEST_CASE("the bytes that naive Bayes has learned are known") {
  NaiveBayes learner(kOptions);
  learn(learner, rows_of(1'003), 16);
  CHECK(digest_of(learner) == "05311fe124b3fe05");
  CHECK(hex64(hash_text(state_of(learner))) == "612099d4f2fcba19");
}
