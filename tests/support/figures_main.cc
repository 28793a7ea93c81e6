// dse_figures WINDOW FADING BINS: reads predictions from standard input, a line each: truth, predicted label
// and the probability of each label from 0 on, or none. It prints, a line each, the metrics of them, the
// cells of their confusion matrix, and the classes with precision, recall and F1, where "-" is undefined:
//
//     metric NAME VALUE
//     cell TRUTH PREDICTED COUNT
//     class LABEL PRECISION RECALL F1
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "measure/prequential_figures.h"

namespace {

std::vector<double> numbers_of(const std::string& line) {
  std::vector<double> numbers;
  const char* at = line.c_str();
  for (char* end = nullptr;; at = end) {
    const double number = std::strtod(at, &end);
    if (end == at) return numbers;
    numbers.push_back(number);
  }
}

std::string text_of(std::optional<double> value) { return value ? fmt::format("{}", *value) : "-"; }

void print(const dse::PrequentialFigures& figures) {
  for (const dse::Metric& metric : figures.metrics(""))
    fmt::print("metric {} {}\n", metric.name, metric.value);
  for (const dse::ConfusionMatrix::Cell& cell : figures.confusion().cells())
    fmt::print("cell {} {} {}\n", cell.truth, cell.predicted, cell.count);
  for (const auto& [label, tally] : figures.confusion().classes()) {
    fmt::print("class {} {} {} {}\n", label, text_of(dse::precision(tally)), text_of(dse::recall(tally)),
               text_of(dse::f1(tally)));
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) return 2;
  dse::PrequentialFigures figures({.window = std::strtoull(arguments[1], nullptr, 10),
                                   .fading = std::strtod(arguments[2], nullptr),
                                   .calibration_bins = std::strtoull(arguments[3], nullptr, 10)});
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<double> numbers = numbers_of(line);
    if (numbers.size() < 2) return 2;
    figures.add({.truth = static_cast<int>(numbers[0]),
                 .predicted = static_cast<int>(numbers[1]),
                 .probabilities = std::span(numbers).subspan(2)});
  }
  print(figures);
  return 0;
}
