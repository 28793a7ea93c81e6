// The training-data generator: sends labelled images, each once, in a message of its own.
//
// Read this file and its .cc to learn the SDK: the program's step takes the next index, schedules
// write_resource and itself again, and exits when the indices run out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"
#include "kinds/image_data.h"

namespace dse {

struct GeneratorOptions {
  NamedFile images;
  NamedFile labels;
  std::string to;
  Rate rate;
  bool shuffled = true;                // else in file order
  std::optional<std::uint32_t> limit;  // send at most this many
  std::optional<Slice> slice;
};

Kind training_generator_kind();

// The component's random stream `order` decides the order.
std::shared_ptr<const Component> make_training_generator(GeneratorOptions options);

}  // namespace dse
