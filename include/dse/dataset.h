// A data set: images, or rows of numbers, and, in parallel, their labels and the times at which they arrived.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dse/time.h"

namespace dse {

struct Table;

// One image or row. Its bytes live as long as `owner`: a pixel is one byte, a number is a little-endian
// float32.
struct DataItem {
  std::uint32_t index = 0;  // in the file, from 0
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
  std::optional<int> label;
  std::optional<TimeNs> time_ns;  // when it arrived; never less than that of the item before
};

// Reads a data set from its first item on, in the order of the file. One thread.
class DatasetCursor {
 public:
  virtual ~DatasetCursor() = default;
  // Empty after the last item. Throws InputError when the file is not any more what it was.
  virtual std::optional<DataItem> next() = 0;
};

// Immutable; shared by all that read the same files. An image is `rows * columns` unsigned bytes, row-major.
class Dataset : public std::enable_shared_from_this<Dataset> {
 public:
  std::size_t size() const { return count_; }
  int rows() const { return rows_; }
  int columns() const { return columns_; }
  // How many numbers a row of a table has; 0: images.
  int features() const { return features_; }
  // Their names, as many as features().
  const std::vector<std::string>& feature_names() const { return feature_names_; }
  std::size_t item_bytes() const {
    return features_ > 0 ? static_cast<std::size_t>(features_) * sizeof(float)
                         : static_cast<std::size_t>(rows_) * static_cast<std::size_t>(columns_);
  }
  // Whether items can be had in any order; otherwise they are read from the file while they are sent.
  bool in_memory() const { return table_ == nullptr; }
  // The bytes and the label of an item that is in memory.
  std::span<const std::byte> item(std::size_t index) const;
  int label(std::size_t index) const;
  std::unique_ptr<DatasetCursor> read() const;

  bool has_labels() const { return has_labels_; }
  // One more than the largest label; 0 without labels.
  int classes() const { return classes_; }
  // The names of the labels, by number; empty when they are numbers only.
  const std::vector<std::string>& class_names() const { return class_names_; }
  // The files, and XXH3 (64 bits) of each as it was on disk; the labels' are "" and 0 when they are not
  // there, or in the same file.
  const std::string& path() const { return path_; }
  const std::string& labels_path() const { return labels_path_; }
  std::uint64_t digest() const { return digest_; }
  std::uint64_t labels_digest() const { return labels_digest_; }
  // What is known of it, for human readers: lines, each with its end; "" for images.
  const std::string& description() const { return description_; }
  // What a user should know who does not ask for that: a sentence each.
  const std::vector<std::string>& notes() const { return notes_; }
  // Throws InputError, naming the label file and the first item that is wrong, unless every label is below
  // `classes`.
  void require_labels_below(int classes) const;

 private:
  friend class DatasetMaker;
  std::size_t count_ = 0;
  int rows_ = 0;
  int columns_ = 0;
  int features_ = 0;
  int classes_ = 0;
  bool has_labels_ = false;
  std::vector<std::byte> bytes_;
  std::vector<std::uint16_t> labels_;
  std::vector<std::string> feature_names_;
  std::vector<std::string> class_names_;
  std::string path_;
  std::string labels_path_;
  std::uint64_t digest_ = 0;
  std::uint64_t labels_digest_ = 0;
  std::string description_;
  std::vector<std::string> notes_;
  std::shared_ptr<const Table> table_;  // null when it is in memory
};

// Reads an IDX image file (three dimensions of unsigned bytes) and, when given, the IDX label file (one
// dimension of unsigned bytes) beside it, as parallel arrays, item by item, both gzipped or plain.
// Throws InputError naming the file and what is wrong with it (see image_reader.h), or when the header
// announces more than the machine's memory holds.
std::shared_ptr<const Dataset> load_dataset(const std::string& images_path,
                                            const std::optional<std::string>& labels_path);

}  // namespace dse
