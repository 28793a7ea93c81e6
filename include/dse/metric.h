// The measures of components: numbers at the end of a run, and curves over virtual time.
#pragma once

#include <cstdint>
#include <string>

#include "dse/time.h"

namespace dse {

struct Metric {
  std::string name = {};  // without the component's
  double value = 0;
};

// One point of a curve over virtual time.
struct CurvePoint {
  TimeNs time_ns = 0;
  std::string metric;
  double value = 0;
};

// Over which examples a figure is: all, the last ones (MeasureOptions::window), or all with faded weights.
enum class FigureView { kOverall, kWindow, kFaded };

// How many examples with the label `truth` were predicted as `predicted`.
struct ConfusionCell {
  int truth = 0;
  int predicted = 0;  // -1: what was predicted is no label of 0 … 65,535
  double count = 0;   // more than 0: their number, or their weight where they are faded
  FigureView view = FigureView::kOverall;

  bool operator==(const ConfusionCell&) const = default;
};

// The examples of one class, those that were predicted as it, and those that were both: their numbers, or
// their weights where they are faded.
struct ClassCell {
  FigureView view = FigureView::kOverall;
  int label = 0;  // -1: no label of 0 … 65,535, which is only ever predicted
  double truths = 0;
  double predictions = 0;
  double hits = 0;

  bool operator==(const ClassCell&) const = default;
};

// When the report of a run shows a metric; summary.json has all of them.
enum class MetricShown {
  kAlways,
  kWhenNotZero,  // worth mentioning only when it happened
  kNever,
};

// What is known about a metric before a run; expectations and reports look it up by name.
struct MetricInfo {
  std::string name;       // without that of the component or resource
  std::string unit = "";  // "messages"; "ns", shown as a duration; "share", with four digits; "" for another
  bool curve = false;     // it is in metrics.csv as well
  bool written = false;   // it counts messages that the component itself writes
  bool on_nodes = true;   // it is measured where every component is a node on a real broker, too
  MetricShown shown = MetricShown::kAlways;
  // When it has no value, to follow "it is so": "without examples". "" for one that it has in every run, or
  // of which nothing is known.
  std::string undefined = "";
};

}  // namespace dse
