#include "dataset/idx_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/check.h"
#include "dataset/file_error.h"
#include "dataset/foreign_format.h"

namespace dse {
namespace {

struct TypeInfo {
  IdxType type;
  std::size_t bytes;
  std::string_view name;
};

constexpr std::array<TypeInfo, 6> kTypes{{
    {IdxType::unsigned_byte, 1, "unsigned bytes"},
    {IdxType::signed_byte, 1, "signed bytes"},
    {IdxType::int16, 2, "16-bit integers"},
    {IdxType::int32, 4, "32-bit integers"},
    {IdxType::float32, 4, "32-bit floats"},
    {IdxType::float64, 8, "64-bit floats"},
}};

const TypeInfo* find_type(std::uint8_t code) {
  for (const TypeInfo& info : kTypes) {
    if (static_cast<std::uint8_t>(info.type) == code) return &info;
  }
  return nullptr;
}

const TypeInfo& type_info(IdxType type) {
  const TypeInfo* info = find_type(static_cast<std::uint8_t>(type));
  DSE_CHECK(info != nullptr, "no IDX type {}", static_cast<int>(type));
  return *info;
}

std::string known_types() {
  std::string result;
  for (const TypeInfo& info : kTypes) {
    if (!result.empty()) result += ", ";
    result += fmt::format("0x{:02x} ({})", static_cast<int>(info.type), info.name);
  }
  return result;
}

// What to do if the sizes would fit the file as little-endian numbers; "" if they would not.
std::string advice_on_sizes(const IdxHeader& header, std::uint64_t most_bytes) {
  std::size_t all = element_bytes(header.type);
  for (const std::uint32_t size : header.sizes) {
    const std::uint32_t other_way = __builtin_bswap32(size);
    if (other_way == 0 || __builtin_mul_overflow(all, other_way, &all)) return "";
  }
  return all > most_bytes ? "" : "; its sizes are little-endian: write them the most significant byte first";
}

}  // namespace

std::size_t element_bytes(IdxType type) { return type_info(type).bytes; }
std::string_view name(IdxType type) { return type_info(type).name; }

IdxReader::IdxReader(const std::string& path) : source_(path) {
  read_header();
  require_plausible_sizes();
}

void IdxReader::read_header() {
  std::array<std::byte, 4> magic{};
  const std::size_t got = source_.read(magic);
  if (got == 0) refuse_file(path(), "is empty once unpacked: bring it again");
  if (got < magic.size()) refuse_file(path(), fmt::format("is not an IDX file: it has {} bytes in all", got));
  refuse_foreign(magic);
  const std::array<int, 4> bytes{static_cast<int>(magic[0]), static_cast<int>(magic[1]),
                                 static_cast<int>(magic[2]), static_cast<int>(magic[3])};
  if (bytes[0] != 0 || bytes[1] != 0) {
    refuse_file(path(),
                fmt::format("is not an IDX file: it begins with the bytes {:02x}, expected 00 00, an element "
                            "type and a number of dimensions",
                            fmt::join(bytes, " ")));
  }
  const TypeInfo* info = find_type(static_cast<std::uint8_t>(magic[2]));
  if (info == nullptr) {
    refuse_file(path(),
                fmt::format("has the element type 0x{:02x}, expected one of {}", bytes[2], known_types()));
  }
  if (bytes[3] == 0) refuse_file(path(), "has no dimensions, expected at least one");
  header_.type = info->type;
  for (int dimension = 0; dimension < bytes[3]; ++dimension) header_.sizes.push_back(read_size());
}

// Refuses the file if its beginning is that of another known format.
void IdxReader::refuse_foreign(std::span<const std::byte> magic) {
  if (magic[0] == std::byte{0} && magic[1] == std::byte{0}) return;
  std::array<std::byte, kForeignFormatBytes> beginning{};
  std::copy(magic.begin(), magic.end(), beginning.begin());
  const std::size_t more = source_.read(std::span(beginning).subspan(magic.size()));
  const std::string found = foreign_format(std::span(beginning).first(magic.size() + more));
  if (!found.empty()) refuse_file(path(), "is not an IDX file: it is " + found);
}

std::uint32_t IdxReader::read_size() {
  std::array<std::byte, 4> bytes{};
  if (source_.read(bytes) < bytes.size())
    refuse_file(path(), "ends within its header, among the sizes of its dimensions");
  std::uint32_t size = 0;
  for (std::byte byte : bytes) size = size << 8 | static_cast<std::uint32_t>(byte);
  return size;
}

// Called before anything allocates what the header announces.
void IdxReader::require_plausible_sizes() {
  const std::string announced =
      fmt::format("announces {} {}", fmt::join(header_.sizes, " x "), name(header_.type));
  std::size_t item = element_bytes(header_.type);
  std::size_t all = 0;
  bool overflows = false;
  for (std::size_t dimension = 1; dimension < header_.dimensions(); ++dimension) {
    if (header_.sizes[dimension] == 0) refuse_file(path(), announced + ": an item of no elements");
    overflows = __builtin_mul_overflow(item, header_.sizes[dimension], &item) || overflows;
  }
  overflows = __builtin_mul_overflow(item, item_count(), &all) || overflows;
  const std::size_t header_bytes = 4 + 4 * header_.dimensions();
  const std::uint64_t most =
      source_.most_bytes() - std::min<std::uint64_t>(header_bytes, source_.most_bytes());
  const std::string advice = advice_on_sizes(header_, most);
  if (overflows) refuse_file(path(), announced + ", more than any file can hold" + advice);
  item_bytes_ = item;
  if (all <= most) return;
  if (source_.gzipped()) {
    refuse_file(path(), fmt::format("{}, {} bytes; a gzipped file of {} bytes holds at most {}{}", announced,
                                    all, source_.file_bytes(), most, advice));
  }
  refuse_file(path(), fmt::format("{}, {} bytes, but ends after {} of them: {} of {} items{}", announced, all,
                                  most, most / item, item_count(), advice));
}

void IdxReader::read_item(std::span<std::byte> item) {
  DSE_CHECK(item.size() == item_bytes_, "an item has {} bytes, not {}", item_bytes_, item.size());
  DSE_CHECK(items_read_ < item_count(), "all {} items were read", item_count());
  if (source_.read(item) < item.size()) {
    refuse_file(path(), fmt::format("ends after {} of {} items", items_read_, item_count()));
  }
  ++items_read_;
}

void IdxReader::finish() {
  DSE_CHECK(items_read_ == item_count(), "{} of {} items were read", items_read_, item_count());
  std::array<std::byte, 1> beyond{};
  if (source_.read(beyond) == 0) return;
  refuse_file(path(), fmt::format("has trailing bytes; expected it to end after its {} items", item_count()));
}

}  // namespace dse
