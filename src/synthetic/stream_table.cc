#include "synthetic/stream_table.h"

#include <algorithm>

#include "synthetic/agrawal.h"
#include "synthetic/hyperplane.h"
#include "synthetic/led.h"
#include "synthetic/sea.h"

namespace dse {

std::vector<SyntheticStreamInfo> built_in_synthetic_streams() {
  return {sea_stream(), agrawal_stream(), hyperplane_stream(), led_stream()};
}

const SyntheticStreamInfo* find_stream(const std::vector<SyntheticStreamInfo>& streams,
                                       std::string_view name) {
  const auto found = std::find_if(streams.begin(), streams.end(),
                                  [&](const SyntheticStreamInfo& stream) { return stream.name == name; });
  return found == streams.end() ? nullptr : &*found;
}

}  // namespace dse
