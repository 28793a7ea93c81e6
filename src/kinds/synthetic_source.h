// The synthetic source: sends rows of a synthetic stream, each in a message of its own.
//
// When its program starts again after a crash, it goes on with the next row of the same stream: the concept
// is what it was, no row comes twice, and the limit counts all rows that were sent or left out by a drift.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"
#include "kinds/late_labels.h"
#include "synthetic/stream_table.h"

namespace dse {

struct SyntheticSourceOptions {
  SyntheticStreamInfo stream;
  StreamValues values;  // those of the stream's options
  std::string to;
  Rate rate;
  std::uint32_t limit = 0;  // sends this many rows
  bool labelled = true;     // labels travel on the bus; else they are the truth, for scoring
  std::string key = {};     // routing key, unless labelled: then it is the label
  std::optional<LateLabelOptions> late_labels = {};  // not if labelled
};

Kind synthetic_source_kind();

// The component's random streams `features`, `noise` and `drift` decide the rows. Throws
// std::invalid_argument when the values do not fit the stream's options or one another.
std::shared_ptr<const Component> make_synthetic_source(SyntheticSourceOptions options);

}  // namespace dse
