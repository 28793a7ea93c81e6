// A data set in memory: images, or rows of numbers, and, in parallel, their labels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace dse {

// Immutable after loading; shared by all that read the same files. Each image is `rows * columns` unsigned
// bytes, row-major.
class Dataset {
 public:
  std::size_t size() const { return count_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  // How many numbers a row of a table has; 0: images.
  int features() const { return 0; }
  std::size_t image_bytes() const {
    return static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_);
  }
  std::span<const std::byte> image(std::size_t index) const;
  bool has_labels() const { return !labels_.empty(); }
  int label(std::size_t index) const;
  // XXH3 (64 bits) of the files as they were on disk; 0 for labels that are not there.
  std::uint64_t images_digest() const { return images_digest_; }
  std::uint64_t labels_digest() const { return labels_digest_; }
  // The file that the labels came from; "" without labels.
  const std::string& labels_path() const { return labels_path_; }
  // One more than the largest label; 0 without labels.
  int classes() const { return classes_; }
  // Throws InputError, naming the label file and the first item that is wrong, unless every label is below
  // `classes`.
  void require_labels_below(int classes) const;

 private:
  friend std::shared_ptr<const Dataset> load_dataset(const std::string&, const std::optional<std::string>&);
  std::size_t count_ = 0;
  int rows_ = 0;
  int columns_ = 0;
  int classes_ = 0;
  std::vector<std::byte> pixels_;
  std::vector<std::uint8_t> labels_;
  std::string labels_path_;
  std::uint64_t images_digest_ = 0;
  std::uint64_t labels_digest_ = 0;
};

// Reads an IDX image file (three dimensions of unsigned bytes) and, when given, the IDX label file (one
// dimension of unsigned bytes) beside it, as parallel arrays, item by item, both gzipped or plain.
// Throws InputError naming the file and what is wrong with it (see image_reader.h), or when the header
// announces more than the machine's memory holds.
std::shared_ptr<const Dataset> load_dataset(const std::string& images_path,
                                            const std::optional<std::string>& labels_path);

}  // namespace dse
