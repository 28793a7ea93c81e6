#include "measure/confusion_matrix.h"

#include <algorithm>
#include <map>

#include "core/check.h"

namespace dse {

void ConfusionMatrix::remove(int truth, int predicted) {
  std::uint64_t& count = count_of(truth, predicted);
  DSE_CHECK(count > 0, "no example of class {} was predicted as {}", truth, predicted);
  --count;
}

std::uint64_t ConfusionMatrix::count(int truth, int predicted) const {
  if (truth < 0 || static_cast<std::size_t>(truth) >= rows_.size()) return 0;
  const std::vector<Entry>& row = rows_[static_cast<std::size_t>(truth)];
  const auto at = std::ranges::lower_bound(row, predicted, {}, &Entry::predicted);
  return at != row.end() && at->predicted == predicted ? at->count : 0;
}

std::vector<ConfusionMatrix::Cell> ConfusionMatrix::cells() const {
  std::vector<Cell> cells;
  for (std::size_t truth = 0; truth < rows_.size(); ++truth) {
    for (const Entry& entry : rows_[truth]) {
      if (entry.count > 0) cells.push_back({static_cast<int>(truth), entry.predicted, entry.count});
    }
  }
  return cells;
}

std::vector<ConfusionMatrix::Class> ConfusionMatrix::classes() const {
  std::map<int, ClassTally> tallies;
  for (const Cell& cell : cells()) {
    const auto count = static_cast<double>(cell.count);
    if (cell.truth == cell.predicted) {
      tallies[cell.truth].hits += count;
    } else {
      tallies[cell.truth].misses += count;
      tallies[cell.predicted].false_alarms += count;
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

std::uint64_t& ConfusionMatrix::count_of(int truth, int predicted) {
  DSE_CHECK(truth >= 0 && truth < kLabelsMax && predicted >= kNoLabel && predicted < kLabelsMax,
            "class {}, predicted as {}", truth, predicted);
  const auto row_number = static_cast<std::size_t>(truth);
  if (row_number >= rows_.size()) rows_.resize(row_number + 1);
  std::vector<Entry>& row = rows_[row_number];
  auto at = std::ranges::lower_bound(row, predicted, {}, &Entry::predicted);
  if (at == row.end() || at->predicted != predicted) at = row.insert(at, {.predicted = predicted});
  return at->count;
}

}  // namespace dse
