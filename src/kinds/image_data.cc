#include "kinds/image_data.h"

#include <fmt/format.h>

namespace dse {

KeyInfo slice_key() {
  return {.name = "slice",
          .type = KeyType::kPair,
          .bound = KeyBound::kSlice,
          .meaning = "the images of the file that are sent, `[first, one past the last]`; by default all"};
}

std::optional<Slice> read_slice(const KeyReader& keys) {
  const auto pair = keys.pair_if_any("slice");
  if (!pair) return std::nullopt;
  if (pair->first < 0 || pair->second <= pair->first) {
    keys.refuse("slice", fmt::format("[{}, {}] is not a slice: expected the first index and one "
                                     "past the last",
                                     pair->first, pair->second));
  }
  return Slice{pair->first, pair->second, keys.place("slice")};
}

std::optional<NamedFile> read_file_if_any(const KeyReader& keys, std::string_view key) {
  const std::optional<std::string> path = keys.text_if_any(key);
  if (!path) return std::nullopt;
  return NamedFile{*path, keys.place(key)};
}

Extent extent_of(const std::optional<Slice>& slice, const Dataset& dataset) {
  const auto size = static_cast<std::int64_t>(dataset.size());
  if (!slice) return {0, static_cast<std::uint32_t>(size)};
  if (slice->last > size) {
    throw InputError(slice->place, fmt::format("[{}, {}] is out of range: the file has {} images",
                                               slice->first, slice->last, size));
  }
  return {static_cast<std::uint32_t>(slice->first), static_cast<std::uint32_t>(slice->last)};
}

}  // namespace dse
