// A production data source: sends unlabelled images in file order, at regular or Poisson times. The truth
// goes to the run's scorer, by message id; it does not travel on the bus unless labels are sent later.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"
#include "kinds/item_data.h"
#include "kinds/late_labels.h"

namespace dse {

enum class Arrivals { kRegular, kPoisson };

struct SourceOptions {
  ItemData data;  // its labels are the truth
  std::string to;
  std::string key;  // routing key of every message
  Rate rate;        // unless the data set has times
  Arrivals arrivals = Arrivals::kRegular;
  std::optional<LateLabelOptions> labels = {};
};

Kind production_source_kind();

// The component's random stream `arrivals` decides Poisson gaps.
std::shared_ptr<const Component> make_production_source(SourceOptions options);

}  // namespace dse
