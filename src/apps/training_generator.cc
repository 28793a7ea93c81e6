#include "apps/training_generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace dse {

TrainingGenerator::TrainingGenerator(TrainingGeneratorOptions options, RandomStream& random)
    : options_(std::move(options)) {
  const std::uint32_t count = options_.last - options_.first;
  if (options_.shuffled) {
    indices_ = random.permutation(count);
  } else {
    indices_.resize(count);
    std::iota(indices_.begin(), indices_.end(), 0U);
  }
  indices_.resize(std::min(count, options_.limit));
}

Program TrainingGenerator::program() {
  return {create_resource(options_.to), call([this](Machine& machine) { step(machine); })};
}

void TrainingGenerator::step(Machine& machine) {
  if (sent_ == indices_.size()) return machine.eval(exit(0));
  const std::uint32_t index = options_.first + indices_[sent_];
  const auto number = static_cast<std::int64_t>(sent_++);
  machine.eval(write_resource(options_.to, labelled_image(machine, index)),
               after(options_.rate.offset_ns(number + 1) - options_.rate.offset_ns(number)),
               call([this](Machine& again) { step(again); }));
}

MessagePtr TrainingGenerator::labelled_image(Machine& machine, std::uint32_t index) const {
  const int label = options_.dataset->label(index);
  return machine.compose({.payload = Payload(options_.dataset, options_.dataset->image(index)),
                          .key = fmt::format("{}", label),
                          .headers = {{"label", std::int64_t{label}}},
                          .content_type = "application/octet-stream"});
}

std::vector<Metric> TrainingGenerator::metrics() const { return {{"sent", static_cast<double>(sent_)}}; }

}  // namespace dse
