// All figures of a series of predictions, and their names.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "measure/class_tallies.h"
#include "measure/probability_sums.h"

namespace dse {

struct Figures : LabelFigures, ProbabilityFigures {
  // (p - p_t) / (1 - p_t), where p is the accuracy and p_t that of the no-change classifier on the same
  // examples, which predicts the label of the example before (Žliobaitė, Bifet, Read, Pfahringer and Holmes,
  // "Evaluation methods and decision theory for classification of streaming data with temporal dependence",
  // Machine Learning 98, 2015). The first example of the stream has none before it: there the no-change
  // classifier is wrong. The example before the first of a window or of an interval is that of the stream.
  // Undefined when p_t is 1.
  std::optional<double> kappa_temporal;
};

// (p - p_t) / (1 - p_t) of the number of examples, or their weights, that were predicted wrongly and whose
// label is not that of the example before: 1 - wrong / changed.
std::optional<double> kappa_temporal(double wrong, double changed);

struct FigureInfo {
  std::string_view name;
  std::string_view unit;  // as in MetricInfo
  std::optional<double> Figures::*value = nullptr;
  std::string_view undefined;  // as in MetricInfo
  bool of_probabilities = false;
};

// Every figure, in the order in which they are written.
std::span<const FigureInfo> figure_infos();

}  // namespace dse
