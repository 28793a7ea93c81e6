// A streaming classifier of images: it learns from mini-batches in one pass, and predicts at any moment.
//
// Every learner gives the same bytes for the same calls on every machine: no wall clock, no randomness but
// the stream it is given, one thread, a fixed order of summation. A learner is used by one thread at a time
// (not always the same one).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "dse/hash.h"
#include "dse/random.h"
#include "dse/state_reader.h"
#include "dse/state_writer.h"
#include "dse/time.h"

namespace dse {

// What a learner is made for: grey images, one unsigned byte a pixel, row-major, and labels 0 … classes-1.
struct ImageShape {
  int rows = 28;
  int columns = 28;

  std::size_t pixels() const { return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns); }
};

struct LearnerOptions {
  ImageShape shape;
  int classes = 10;
};

// A labelled image. `pixels` has shape.pixels() bytes and must stay valid during the call.
struct Example {
  const std::uint8_t* pixels = nullptr;
  int label = 0;
};

struct Prediction {
  int label = 0;          // negative from train(): the learner does not tell
  double confidence = 0;  // the learner's probability of `label`, in [0, 1]
};

class Learner {
 public:
  virtual ~Learner() = default;

  // Learns from one mini-batch (any size from 1), and returns in `before[i]` what it would have predicted
  // for batch[i] before learning from this batch: the prequential ("test, then train") prediction.
  virtual void train(std::span<const Example> batch, std::span<Prediction> before) = 0;

  // Predicts each image; images[i] has shape.pixels() bytes. predictions.size() == images.size(). A result
  // does not depend on which other images are in the same call.
  virtual void predict(std::span<const std::uint8_t* const> images, std::span<Prediction> predictions) = 0;

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
