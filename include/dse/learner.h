// A streaming classifier of images, or of rows of a table: it learns from mini-batches in one pass, and
// predicts at any moment.
//
// Every learner gives the same bytes for the same calls on every machine: no wall clock, no randomness but
// the stream it is given, one thread, a fixed order of summation. A learner is used by one thread at a time
// (not always the same one).
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "dse/hash.h"
#include "dse/key_info.h"
#include "dse/random.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "dse/time.h"

namespace dse {

// Grey images, one unsigned byte a pixel, row-major.
struct ImageShape {
  int rows = 28;
  int columns = 28;

  std::size_t pixels() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
};

// What a learner is made for: images of one shape, or rows of a table, and labels 0 … classes-1.
struct LearnerOptions {
  ImageShape shape;
  int classes = 10;
  int features = 0;  // numbers of a row; 0: it is given images
  // The values of its parameters, by name; those that are not there have their defaults.
  std::map<std::string, KeyValue> parameters = {};

  bool takes_images() const { return features == 0; }
  // What one image or row takes as bytes: a pixel is one, a number is a float32.
  std::size_t input_bytes() const {
    return takes_images() ? shape.pixels() : static_cast<std::size_t>(features) * sizeof(float);
  }
};

// An image or a row, as LearnerOptions say; the other one is null. It must stay valid during the call.
struct Input {
  const std::uint8_t* pixels = nullptr;  // shape.pixels() bytes
  const float* features = nullptr;       // that many finite numbers
};

// A labelled image or row.
struct Example {
  const std::uint8_t* pixels = nullptr;
  int label = 0;
  const float* features = nullptr;

  Input input() const { return {.pixels = pixels, .features = features}; }
};

struct Prediction {
  int label = 0;          // negative from train(): the learner does not tell
  double confidence = 0;  // the learner's probability of `label`, in [0, 1]
};

// Where a learner writes what it predicts for the inputs of one call.
class Predictions {
 public:
  // `probabilities` is empty if nobody asks for them; otherwise it has, for each input, a row of as many
  // numbers as there are classes. The caller has filled it with NaN, and a learner that does not know them
  // leaves it so.
  template <std::convertible_to<std::span<Prediction>> Each>
  explicit(false) Predictions(Each&& each, std::span<double> probabilities = {})
      : each_(std::forward<Each>(each)), probabilities_(probabilities) {}

  std::size_t size() const { return each_.size(); }
  Prediction& operator[](std::size_t input) const { return each_[input]; }
  // The probabilities of one input's classes, to be written; empty if nobody asks for them.
  std::span<double> probabilities(std::size_t input) const {
    const std::size_t classes = probabilities_.empty() ? 0 : probabilities_.size() / each_.size();
    return probabilities_.subspan(input * classes, classes);
  }

 private:
  std::span<Prediction> each_;
  std::span<double> probabilities_;
};

class Learner {
 public:
  virtual ~Learner() = default;

  // Learns from one mini-batch (any size from 1), and returns in `before[i]` what it would have predicted
  // for batch[i] before learning from this batch: the prequential ("test, then train") prediction.
  virtual void train(std::span<const Example> batch, Predictions before) = 0;

  // Predicts each input; predictions.size() == inputs.size(). A result does not depend on which other inputs
  // are in the same call.
  virtual void predict(std::span<const Input> inputs, Predictions predictions) = 0;

  // Adds everything learned (the state that decides later predictions) to `hasher`.
  virtual void hash_state(Hasher& hasher) const = 0;

  // Writes all that decides later predictions and later learning: more than hash_state, which leaves out what
  // follows from the rest only by the way it was learned.
  virtual void save_state(StateWriter& writer) const = 0;
  // Forgets what was learned, and goes on exactly like the learner of the same kind, shape and classes that
  // wrote this. Throws InputError for what no such learner writes; the learner is then unusable.
  virtual void load_state(StateReader& reader) = 0;

  // What follows is of interest to learners that live in another process. The run begins: start what takes
  // real time to start.
  virtual void begin() {}
  // The next call belongs to this virtual time; only errors tell of it.
  virtual void note_time(TimeNs) {}
  // The run is over: only hash_state and save_state follow.
  virtual void finish() {}
  // The model has crashed: nothing follows.
  virtual void crash() {}
};

}  // namespace dse
