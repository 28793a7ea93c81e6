#include "measure/figures.h"

#include <array>

namespace dse {
namespace {

constexpr std::array kFigures = {
    FigureInfo{"accuracy", "share", &Figures::accuracy},
    FigureInfo{"cohen_kappa", "", &Figures::cohen_kappa},
    FigureInfo{"kappa_temporal", "", &Figures::kappa_temporal},
    FigureInfo{"f1_macro", "share", &Figures::f1_macro},
    FigureInfo{"precision_macro", "share", &Figures::precision_macro},
    FigureInfo{"recall_macro", "share", &Figures::recall_macro},
    FigureInfo{"balanced_accuracy", "share", &Figures::balanced_accuracy},
    FigureInfo{"log_loss", "", &Figures::log_loss},
    FigureInfo{"brier_score", "", &Figures::brier_score},
    FigureInfo{"expected_calibration_error", "share", &Figures::expected_calibration_error},
};

}  // namespace

std::optional<double> kappa_temporal(double wrong, double changed) {
  if (changed > 0) return 1 - wrong / changed;
  return std::nullopt;
}

std::span<const FigureInfo> figure_infos() { return kFigures; }

}  // namespace dse
