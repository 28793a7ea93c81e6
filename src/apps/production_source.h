// A production data source: sends unlabelled images in file order, at regular or Poisson times. The truth
// goes to whoever scores the run, by message id; it never travels on the bus.
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

enum class Arrivals { kRegular, kPoisson };

struct ProductionSourceOptions {
  std::shared_ptr<const Dataset> dataset;  // labels, if any, are the truth
  std::uint32_t first = 0;                 // the slice [first, last) of the data set
  std::uint32_t last = 0;
  std::string to;
  std::string key;  // routing key of every message
  Rate rate;
  Arrivals arrivals = Arrivals::kRegular;
};

class ProductionSource : public App {
 public:
  // `random` decides Poisson gaps and must outlive the source. `index`, if there is one, is told of every
  // message, `truth` of those whose label is known.
  ProductionSource(ProductionSourceOptions options, RandomStream& random, TruthSink truth,
                   IndexSink index = {});

  Program program() override;
  std::vector<Metric> metrics() const override;

 private:
  void step(Machine& machine);
  TimeNs next_gap_ns();

  ProductionSourceOptions options_;
  RandomStream& random_;
  TruthSink truth_;
  IndexSink index_;
  std::uint32_t sent_ = 0;
};

}  // namespace dse
