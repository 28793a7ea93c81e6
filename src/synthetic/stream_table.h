// The synthetic streams, by name: an explicit table.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "synthetic/stream_option.h"
#include "synthetic/synthetic_stream.h"

namespace dse {

struct SyntheticStreamInfo {
  std::string name;
  std::string meaning;  // for human readers: a sentence
  std::string source;   // the publication
  std::vector<StreamOption> options;
  // A new stream, at its first row. Throws std::invalid_argument, with a sentence for the user, when the
  // values do not fit the options or one another.
  std::function<std::unique_ptr<SyntheticStream>(const StreamValues& values, const StreamRandom& random)>
      make;
};

// Returns sea, agrawal, hyperplane and led.
std::vector<SyntheticStreamInfo> built_in_synthetic_streams();

// Null when there is none of this name.
const SyntheticStreamInfo* find_stream(const std::vector<SyntheticStreamInfo>& streams,
                                       std::string_view name);

}  // namespace dse
