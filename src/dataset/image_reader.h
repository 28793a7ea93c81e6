// Images and their labels, read as parallel arrays.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "dataset/idx_reader.h"

namespace dse {

// Streams an IDX file of images (unsigned bytes, three dimensions) and, when there is one, the file of labels
// (unsigned bytes, one dimension) beside it. Used by one thread at a time.
//
// Throws InputError for whatever IdxReader refuses, for files of another shape, for no images, and for counts
// that disagree.
class ImageReader {
 public:
  ImageReader(const std::string& images_path, const std::optional<std::string>& labels_path);

  std::size_t count() const { return images_.item_count(); }
  int rows() const { return static_cast<int>(images_.header().sizes[1]); }
  int columns() const { return static_cast<int>(images_.header().sizes[2]); }
  std::size_t image_bytes() const { return images_.item_bytes(); }
  bool has_labels() const { return labels_.has_value(); }

  // Reads the next image, of image_bytes(), and returns its label; 0 without labels. At most count() calls.
  std::uint8_t read(std::span<std::byte> image);
  // After the last image: refuses trailing bytes in either file.
  void finish();
  // After finish(): the digest of either file on disk, see ByteSource::digest; 0 for labels that are not
  // there.
  std::uint64_t images_digest() { return images_.digest(); }
  std::uint64_t labels_digest() { return labels_ ? labels_->digest() : 0; }

 private:
  void require_image_shape() const;
  void require_label_shape() const;

  IdxReader images_;
  std::optional<IdxReader> labels_;
};

}  // namespace dse
