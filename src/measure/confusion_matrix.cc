#include "measure/confusion_matrix.h"

#include <algorithm>
#include <map>

#include "core/check.h"

namespace dse {

template <typename Number>
Number& ConfusionCells<Number>::at(int truth, int predicted) {
  DSE_CHECK(truth >= 0 && truth < kLabelsMax && predicted >= kNoLabel && predicted < kLabelsMax,
            "class {}, predicted as {}", truth, predicted);
  const auto row_number = static_cast<std::size_t>(truth);
  if (row_number >= rows_.size()) rows_.resize(row_number + 1);
  std::vector<Entry>& row = rows_[row_number];
  auto at = std::ranges::lower_bound(row, predicted, {}, &Entry::predicted);
  if (at == row.end() || at->predicted != predicted) at = row.insert(at, {.predicted = predicted});
  return at->number;
}

template <typename Number>
Number ConfusionCells<Number>::get(int truth, int predicted) const {
  if (truth < 0 || static_cast<std::size_t>(truth) >= rows_.size()) return 0;
  const std::vector<Entry>& row = rows_[static_cast<std::size_t>(truth)];
  const auto at = std::ranges::lower_bound(row, predicted, {}, &Entry::predicted);
  return at != row.end() && at->predicted == predicted ? at->number : 0;
}

template std::uint64_t& ConfusionCells<std::uint64_t>::at(int truth, int predicted);
template std::uint64_t ConfusionCells<std::uint64_t>::get(int truth, int predicted) const;
template double& ConfusionCells<double>::at(int truth, int predicted);

void ConfusionMatrix::remove(int truth, int predicted) {
  std::uint64_t& count = cells_.at(truth, predicted);
  DSE_CHECK(count > 0, "no example of class {} was predicted as {}", truth, predicted);
  --count;
}

std::vector<ConfusionMatrix::Cell> ConfusionMatrix::cells() const {
  std::vector<Cell> cells;
  cells_.each([&cells](int truth, int predicted, std::uint64_t count) {
    cells.push_back({.truth = truth, .predicted = predicted, .count = static_cast<double>(count)});
  });
  return cells;
}

std::vector<ConfusionMatrix::Class> ConfusionMatrix::classes() const {
  std::map<int, ClassTally> tallies;
  for (const Cell& cell : cells()) {
    if (cell.truth == cell.predicted) {
      tallies[cell.truth].hits += cell.count;
    } else {
      tallies[cell.truth].misses += cell.count;
      tallies[cell.predicted].false_alarms += cell.count;
    }
  }
  std::vector<Class> classes;
  for (const auto& [label, tally] : tallies) classes.push_back({label, tally});
  return classes;
}

LabelFigures ConfusionMatrix::figures() const {
  std::vector<ClassTally> tallies;
  for (const Class& one : classes()) tallies.push_back(one.tally);
  return label_figures(tallies);
}

}  // namespace dse
