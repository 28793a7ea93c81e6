#include "sim/world/stay_times.h"

#include <fmt/format.h>

#include <utility>

namespace dse {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 3> kQuantiles = {
    {{"p50", 500}, {"p99", 990}, {"p999", 999}}};

// Names in the order of figures_of.
std::vector<std::string> figure_names(std::string_view prefix) {
  std::vector<std::string> names;
  for (const std::string_view what : {"wait", "sojourn"}) {
    for (const auto& [quantile, permille] : kQuantiles)
      names.push_back(fmt::format("{}{}_{}_ns", prefix, what, quantile));
  }
  return names;
}

}  // namespace

TimeNs interval_end(TimeNs time_ns, TimeNs every_ns) {
  const TimeNs begin_ns = time_ns - time_ns % every_ns;
  return begin_ns > INT64_MAX - every_ns ? INT64_MAX : begin_ns + every_ns;
}

std::array<TimeNs, StayTimes::kFigures> StayTimes::figures_of(const Times& times) {
  std::array<TimeNs, kFigures> figures{};
  std::size_t at = 0;
  for (const LatencyHistogram* histogram : {&times.wait, &times.sojourn}) {
    for (const auto& [quantile, permille] : kQuantiles)
      figures[at++] = histogram->quantile(permille).value_or(0);
  }
  return figures;
}

void StayTimes::begin_interval(TimeNs time_ns) {
  if (interval_.sojourn.count() > 0) {
    if (before_ == nullptr) before_ = std::make_unique<Before>();
    before_->points.push_back({interval_end_ns_, figures_of(interval_)});
    before_->times.wait.add_all(interval_.wait);
    before_->times.sojourn.add_all(interval_.sojourn);
    interval_.wait.clear();
    interval_.sojourn.clear();
  }
  interval_end_ns_ = interval_end(time_ns, every_ns_);
}

StayTimes::Times StayTimes::times() const {
  Times all;
  const auto add = [&all](const Times& times) {
    all.wait.add_all(times.wait);
    all.sojourn.add_all(times.sojourn);
  };
  if (before_ != nullptr) add(before_->times);
  add(interval_);
  return all;
}

std::vector<Metric> StayTimes::metrics(std::string_view prefix) const {
  const Times all = times();
  if (all.sojourn.count() == 0) return {};
  const std::array<TimeNs, kFigures> figures = figures_of(all);
  std::vector<Metric> metrics;
  for (std::string& name : figure_names(prefix)) {
    const TimeNs figure = figures[metrics.size()];
    metrics.push_back({std::move(name), static_cast<double>(figure)});
  }
  return metrics;
}

std::vector<CurvePoint> StayTimes::curve(std::string_view prefix) const {
  std::vector<Point> points = before_ == nullptr ? std::vector<Point>() : before_->points;
  if (interval_.sojourn.count() > 0) points.push_back({interval_end_ns_, figures_of(interval_)});
  const std::vector<std::string> names = figure_names(prefix);
  std::vector<CurvePoint> curve;
  curve.reserve(points.size() * kFigures);
  for (const Point& point : points) {
    for (std::size_t i = 0; i < kFigures; ++i)
      curve.push_back({point.time_ns, names[i], static_cast<double>(point.figures[i])});
  }
  return curve;
}

}  // namespace dse
