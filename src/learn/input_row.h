// Brings what a learner is given into the form that arithmetic wants: pixels as shares of their full scale,
// and the numbers of a table standardised by what was seen so far. One thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "dse/hash.h"
#include "dse/learner.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "learn/floats.h"
#include "learn/sparse_row.h"
#include "learn/standardiser.h"

namespace dse {

class InputRow {
 public:
  explicit InputRow(const LearnerOptions& options);

  // How many numbers a row has.
  std::size_t size() const { return size_; }
  // Takes a batch into account, before it is learned from.
  void observe(std::span<const Example> batch);
  // Fills `row` with the entries that are not zero.
  void gather(const Input& input, SparseRow& row);

  // Images have no state.
  void hash_state(Hasher& hasher) const;
  void save_state(StateWriter& writer) const;
  void load_state(StateReader& reader);

 private:
  std::size_t size_;
  std::optional<Standardiser> standardiser_;  // empty for images
  Floats standardised_;
};

}  // namespace dse
