#include "apps/production_source.h"

namespace dse {

ProductionSource::ProductionSource(ProductionSourceOptions options, RandomStream& random, TruthSink truth,
                                   IndexSink index)
    : options_(std::move(options)), random_(random), truth_(std::move(truth)), index_(std::move(index)) {}

Program ProductionSource::program() {
  Program program = {create_resource(options_.to)};
  // A Poisson process has its first arrival one gap after the start.
  if (options_.arrivals == Arrivals::kPoisson) program.push_back(after(next_gap_ns()));
  program.push_back(call([this](Machine& machine) { step(machine); }));
  return program;
}

void ProductionSource::step(Machine& machine) {
  const std::uint32_t index = options_.first + sent_;
  if (index >= options_.last) return machine.eval(exit(0));
  ++sent_;
  MessagePtr message = machine.compose({.payload = Payload(options_.dataset, options_.dataset->image(index)),
                                        .key = options_.key,
                                        .content_type = "application/octet-stream"});
  if (options_.dataset->has_labels()) truth_(message->id(), options_.dataset->label(index));
  if (index_) index_(message->id(), index);
  machine.eval(write_resource(options_.to, std::move(message)), after(next_gap_ns()),
               call([this](Machine& again) { step(again); }));
}

TimeNs ProductionSource::next_gap_ns() {
  if (options_.arrivals == Arrivals::kPoisson) return random_.exponential_gap_ns(options_.rate);
  if (sent_ == 0) return 0;
  return options_.rate.offset_ns(sent_) - options_.rate.offset_ns(sent_ - 1);
}

std::vector<Metric> ProductionSource::metrics() const { return {{"sent", static_cast<double>(sent_)}}; }

}  // namespace dse
