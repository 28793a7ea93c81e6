// A synthetic stream: labelled rows without end, made by a rule that the literature of data streams knows.
// Each is a pure function of its options and of the random numbers that it draws.
//
// Features are float32. The label is decided by the float32 values that are handed out, widened to double,
// so that whoever applies the rule to a row gets its label, unless noise has changed one of the two.
// Nothing is kept of a draw from one row to the next: two streams may draw from the same RandomStream in
// turns, and a stream whose concept changes can be followed by one of other options.
//
// Only + - * / and comparisons of IEEE numbers are used, so that the rows are the same bytes everywhere.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "dse/random.h"

namespace dse {

// What a stream draws from, by purpose: a changed noise leaves the noise-free rows as they are. They outlive
// the stream.
struct StreamRandom {
  RandomStream& features;  // what the rows hold
  RandomStream& noise;     // what is flipped or shifted afterwards
  RandomStream& drift;     // the concept: where it begins and how it moves
};

// Used by one thread at a time.
class SyntheticStream {
 public:
  virtual ~SyntheticStream() = default;
  SyntheticStream(const SyntheticStream&) = delete;
  SyntheticStream& operator=(const SyntheticStream&) = delete;

  std::size_t features() const { return feature_names_.size(); }
  const std::vector<std::string>& feature_names() const { return feature_names_; }
  int classes() const { return static_cast<int>(class_names_.size()); }
  const std::vector<std::string>& class_names() const { return class_names_; }

  // Writes the features of the next row, as many as features() says, and returns its label, in
  // [0, classes()).
  virtual int next(std::span<float> features) = 0;

 protected:
  SyntheticStream(std::vector<std::string> feature_names, std::vector<std::string> class_names)
      : feature_names_(std::move(feature_names)), class_names_(std::move(class_names)) {}

 private:
  std::vector<std::string> feature_names_;
  std::vector<std::string> class_names_;
};

// prefix1 … prefix<count>, in order.
std::vector<std::string> numbered_names(const std::string& prefix, std::size_t count);

}  // namespace dse
