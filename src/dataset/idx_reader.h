// One IDX file, item by item: the format of the MNIST files (LeCun, Cortes and Burges, "The MNIST database of
// handwritten digits"). Two zero bytes, the element type, the number of dimensions, a big-endian 32-bit size
// for each, then the elements, row-major, big-endian. An item is what one index of the first dimension
// selects.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/byte_source.h"

namespace dse {

// The values are the type codes of the format.
enum class IdxType : std::uint8_t {
  unsigned_byte = 0x08,
  signed_byte = 0x09,
  int16 = 0x0B,
  int32 = 0x0C,
  float32 = 0x0D,
  float64 = 0x0E,
};

std::size_t element_bytes(IdxType type);
// The name in the plural: "unsigned bytes".
std::string_view name(IdxType type);

struct IdxHeader {
  IdxType type = IdxType::unsigned_byte;
  std::vector<std::uint32_t> sizes;  // one per dimension, at least one; only the first may be 0

  std::size_t dimensions() const { return sizes.size(); }
  std::size_t item_count() const { return sizes.front(); }
};

// A streaming reader; it keeps one block of the file in memory, never the whole file. Used by one thread at a
// time.
//
// Whatever is wrong with the file is an InputError that names it: what ByteSource refuses, a wrong magic, an
// element type that does not exist, no dimensions, a header that is cut short or that announces more than a
// file of this size can hold, data that is cut short, trailing bytes.
class IdxReader {
 public:
  // Opens the file and reads its header. Once it returns, all sizes are known to fit the file, so that
  // item_bytes() may be allocated.
  explicit IdxReader(const std::string& path);

  const std::string& path() const { return source_.path(); }
  const IdxHeader& header() const { return header_; }
  std::size_t item_count() const { return header_.item_count(); }
  std::size_t item_bytes() const { return item_bytes_; }
  // After finish(): the digest of the file on disk, see ByteSource::digest.
  std::uint64_t digest() { return source_.digest(); }

  // Reads the next item, of item_bytes() bytes as they are in the file. At most item_count() calls.
  void read_item(std::span<std::byte> item);
  // After the last item: refuses trailing bytes, and a gzip trailer that is missing or does not match.
  void finish();

 private:
  void read_header();
  void refuse_foreign(std::span<const std::byte> magic);
  std::uint32_t read_size();
  void require_plausible_sizes();

  ByteSource source_;
  IdxHeader header_;
  std::size_t item_bytes_ = 0;
  std::size_t items_read_ = 0;
};

}  // namespace dse
