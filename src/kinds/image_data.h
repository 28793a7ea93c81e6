// What components that send images of a data set have in common: the keys for files and for a slice of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dse/component.h"
#include "dse/kind_table.h"

namespace dse {

// A file that a key names.
struct NamedFile {
  std::string path;  // ready to open
  InputPlace place = {};
};

// Images [first, last) of a data set.
struct Slice {
  std::int64_t first = 0;
  std::int64_t last = 0;
  InputPlace place = {};
};

KeyInfo slice_key();
// Throws InputError unless it begins at 0 or later and holds something.
std::optional<Slice> read_slice(const KeyReader& keys);
std::optional<NamedFile> read_file_if_any(const KeyReader& keys, std::string_view key);

struct Extent {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // one past the last

  std::uint32_t count() const { return last - first; }
};
// The whole data set if there is no slice. Throws InputError when the slice goes beyond it.
Extent extent_of(const std::optional<Slice>& slice, const Dataset& dataset);

}  // namespace dse
