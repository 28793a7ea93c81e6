#include "measure/figures.h"

#include <array>

namespace dse {
namespace {

constexpr std::string_view kNoExamples = "without examples";
constexpr std::string_view kNoProbabilities = "without examples that have class probabilities";

constexpr std::array kFigures = {
    FigureInfo{"accuracy", "share", &Figures::accuracy, kNoExamples},
    FigureInfo{"cohen_kappa", "", &Figures::cohen_kappa,
               "without examples, and when all truths and all predictions are of one class"},
    FigureInfo{"kappa_temporal", "", &Figures::kappa_temporal,
               "without examples, and when every truth is that of the example before"},
    FigureInfo{"f1_macro", "share", &Figures::f1_macro, kNoExamples},
    FigureInfo{"precision_macro", "share", &Figures::precision_macro,
               "without examples, and when a class is true and never predicted"},
    FigureInfo{"recall_macro", "share", &Figures::recall_macro,
               "without examples, and when a class is predicted and never true"},
    FigureInfo{"balanced_accuracy", "share", &Figures::balanced_accuracy, kNoExamples},
    FigureInfo{"log_loss", "", &Figures::log_loss, kNoProbabilities, true},
    FigureInfo{"brier_score", "", &Figures::brier_score, kNoProbabilities, true},
    FigureInfo{"expected_calibration_error", "share", &Figures::expected_calibration_error, kNoProbabilities,
               true},
};

}  // namespace

std::optional<double> kappa_temporal(double wrong, double changed) {
  if (changed > 0) return 1 - wrong / changed;
  return std::nullopt;
}

std::span<const FigureInfo> figure_infos() { return kFigures; }

}  // namespace dse
