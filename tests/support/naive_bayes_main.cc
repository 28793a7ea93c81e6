// Naive Bayes over pipes, for the test that compares it with scikit-learn's:
// tests/python/test_naive_bayes.py.
//
// Arguments: the number of features, the number of classes, and the smoothing. Standard input has batches: a
// 32-bit number of rows, the rows as 32-bit floats, and the labels as 32-bit integers. For each batch,
// standard output has the probabilities of each row's classes before the batch is learned, as 64-bit floats.
// All are in the byte order of the machine.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "learn/naive_bayes.h"

namespace {

template <typename Value>
bool read(std::vector<Value>& values) {
  return std::fread(values.data(), sizeof(Value), values.size(), stdin) == values.size();
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  const dse::NaiveBayesOptions options{.features = std::strtoul(arguments[1], nullptr, 10),
                                       .classes = std::strtoul(arguments[2], nullptr, 10),
                                       .var_smoothing = std::strtod(arguments[3], nullptr)};
  dse::NaiveBayes learner(options);
  std::vector<std::uint32_t> size(1);
  while (read(size)) {
    std::vector<float> values(size[0] * options.features);
    std::vector<std::int32_t> labels(size[0]);
    if (!read(values) || !read(labels)) return 1;
    std::vector<const float*> rows;
    std::vector<double> probabilities(size[0] * options.classes);
    for (std::size_t at = 0; at < size[0]; ++at) {
      rows.push_back(values.data() + at * options.features);
      learner.probabilities({rows.back(), options.features},
                            std::span(probabilities).subspan(at * options.classes, options.classes));
    }
    std::fwrite(probabilities.data(), sizeof(double), probabilities.size(), stdout);
    learner.learn(rows, labels);
  }
  return 0;
}
