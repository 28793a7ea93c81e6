#include "dataset/pictures_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "core/counted.h"
#include "core/printable.h"
#include "dataset/byte_source.h"
#include "dataset/file_error.h"
#include "dataset/memory_bytes.h"
#include "dse/hash.h"

namespace dse {
namespace {

// The whole file, unpacked if it is gzipped. It is read in steps, because a small file may unpack to a large
// one.
std::vector<std::byte> content_of(ByteSource& source) {
  constexpr std::size_t kStepBytes = 1 << 16;
  constexpr std::size_t kPictureBytesMax = 1 << 28;
  std::vector<std::byte> bytes;
  std::size_t got = kStepBytes;
  while (got == kStepBytes) {
    if (bytes.size() > kPictureBytesMax)
      refuse_file(source.path(),
                  fmt::format("has more than {} bytes, too many for a picture", kPictureBytesMax));
    const std::size_t before = bytes.size();
    bytes.resize(before + kStepBytes);
    got = source.read(std::span(bytes).subspan(before));
    bytes.resize(before + got);
  }
  return bytes;
}

}  // namespace

GreyPicture PicturesReader::read(const PictureFolder::File& file) {
  ByteSource source(file.path);
  const std::vector<std::byte> bytes = content_of(source);
  digests_[file.name] = source.digest();
  GreyPicture picture = decode_png(bytes, file.path);
  require_size(picture, file.path);
  if (picture.was_in_colour) ++in_colour_;
  return picture;
}

void PicturesReader::require_size(const GreyPicture& picture, const std::string& path) {
  if (first_.empty()) {
    require_fits_memory(picture);
    first_ = path;
    rows_ = picture.rows;
    columns_ = picture.columns;
  }
  if (picture.rows == rows_ && picture.columns == columns_) return;
  refuse_file(path,
              fmt::format("has {} x {} pixels, and {} has {} x {}: the pictures of a data set have one size",
                          picture.rows, picture.columns, printable(first_), rows_, columns_));
}

void PicturesReader::require_fits_memory(const GreyPicture& first) const {
  const std::uint64_t needed = std::uint64_t{found_.files.size()} * first.pixels.size();
  if (needed <= memory_bytes()) return;
  refuse_file(folder_,
              fmt::format("has {} pictures of {} x {} pixels, {} bytes; this machine has {} bytes of "
                          "memory",
                          found_.files.size(), first.rows, first.columns, needed, memory_bytes()));
}

std::uint64_t PicturesReader::digest() const {
  Hasher hasher;
  for (const auto& [name, digest] : digests_) {
    hasher.add(name);
    hasher.add_u64(digest);
  }
  return hasher.digest();
}

std::vector<std::string> PicturesReader::notes() const {
  if (in_colour_ == 0) return {};
  // Without the folder's own place, which differs from machine to machine: notes are kept with the run.
  const std::string name = printable(std::filesystem::path(folder_).lexically_normal().filename().string());
  return {fmt::format("{} of {} in {} {} in colour, and sent as shades of grey", in_colour_,
                      counted(found_.files.size(), "picture"), name, in_colour_ == 1 ? "is" : "are")};
}

std::string describe_classes(const PictureFolder& found) {
  constexpr std::size_t kShownMax = 10;
  std::vector<std::size_t> counts(found.classes.size());
  for (const PictureFolder::File& file : found.files) ++counts[static_cast<std::size_t>(file.label)];
  std::string text = "  ";
  for (std::size_t label = 0; label < std::min(counts.size(), kShownMax); ++label) {
    text +=
        fmt::format("{}{} ({})", label > 0 ? ", " : "", printable_word(found.classes[label]), counts[label]);
  }
  return text + (counts.size() > kShownMax ? " and so on\n" : "\n");
}

}  // namespace dse
