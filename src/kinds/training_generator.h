// The training-data generator: sends labelled items, each once, in a message of its own.
//
// Read this file and its .cc to learn the SDK: the program's step takes the next item, schedules
// write_resource and itself again, and exits when the items run out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"
#include "kinds/item_data.h"

namespace dse {

struct GeneratorOptions {
  ItemData data;
  std::string to;
  Rate rate;                           // unless the data set has times
  bool shuffled = true;                // else in file order
  std::optional<std::uint32_t> limit;  // send at most this many
};

Kind training_generator_kind();

// The component's random stream `order` decides the order.
std::shared_ptr<const Component> make_training_generator(GeneratorOptions options);

}  // namespace dse
