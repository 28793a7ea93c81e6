#include "dataset/image_reader.h"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "dataset/file_error.h"

namespace dse {
namespace {

void require_shape(const IdxReader& reader, std::string_view what, std::size_t dimensions) {
  const IdxHeader& header = reader.header();
  if (header.type == IdxType::unsigned_byte && header.dimensions() == dimensions) return;
  refuse_file(reader.path(),
              fmt::format("holds {} of dimension {}; {} are {} of dimension {}", name(header.type),
                          header.dimensions(), what, name(IdxType::unsigned_byte), dimensions));
}

}  // namespace

ImageReader::ImageReader(const std::string& images_path, const std::optional<std::string>& labels_path)
    : images_(images_path) {
  require_image_shape();
  if (!labels_path) return;
  labels_.emplace(*labels_path);
  require_label_shape();
}

void ImageReader::require_image_shape() const {
  require_shape(images_, "images", 3);
  if (images_.item_count() == 0) refuse_file(images_.path(), "holds no images, expected at least one");
  constexpr std::uint32_t kMostPixels = std::numeric_limits<int>::max();
  const std::uint32_t rows = images_.header().sizes[1];
  const std::uint32_t columns = images_.header().sizes[2];
  if (rows > kMostPixels || columns > kMostPixels) {
    refuse_file(images_.path(), fmt::format("has images of {} x {} pixels, expected at most {} a side", rows,
                                            columns, kMostPixels));
  }
}

void ImageReader::require_label_shape() const {
  require_shape(*labels_, "labels", 1);
  if (labels_->item_count() == images_.item_count()) return;
  refuse_file(labels_->path(), fmt::format("holds {} labels, but {} holds {} images", labels_->item_count(),
                                           images_.path(), images_.item_count()));
}

std::uint8_t ImageReader::read(std::span<std::byte> image) {
  images_.read_item(image);
  if (!labels_) return 0;
  std::array<std::byte, 1> label{};
  labels_->read_item(label);
  return static_cast<std::uint8_t>(label[0]);
}

void ImageReader::finish() {
  images_.finish();
  if (labels_) labels_->finish();
}

}  // namespace dse
