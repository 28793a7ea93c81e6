// The training-data generator: sends labelled images, one message each, every one once.
//
// Read this file and its .cc to learn the SDK: a program is started, whose step takes the next index,
// schedules write_resource and itself again, and exits when the indices run out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "apps/app.h"
#include "core/random.h"
#include "core/time.h"
#include "dataset/dataset.h"

namespace dse {

struct TrainingGeneratorOptions {
  std::shared_ptr<const Dataset> dataset;  // with labels
  std::uint32_t first = 0;                 // the slice [first, last) of the data set
  std::uint32_t last = 0;
  std::string to;
  Rate rate;
  bool shuffled = true;
  std::uint32_t limit = UINT32_MAX;  // send at most so many
};

class TrainingGenerator : public App {
 public:
  // `random` decides the order; it is drawn from here only.
  TrainingGenerator(TrainingGeneratorOptions options, RandomStream& random);

  Program program() override;
  std::vector<Metric> metrics() const override;

 private:
  void step(Machine& machine);
  MessagePtr labelled_image(Machine& machine, std::uint32_t index) const;

  TrainingGeneratorOptions options_;
  std::vector<std::uint32_t> indices_;
  std::size_t sent_ = 0;
};

}  // namespace dse
