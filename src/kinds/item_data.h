// What components that send the items of a data set have in common: the keys that name it, a slice of it, and
// the order and the times of sending.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dse/component.h"
#include "dse/kind_table.h"

namespace dse {

// A file that a key names.
struct NamedFile {
  std::string path;  // ready to open
  InputPlace place = {};
};
std::optional<NamedFile> read_file_if_any(const KeyReader& keys, std::string_view key);

// Items [first, last) of a data set.
struct Slice {
  std::int64_t first = 0;
  std::int64_t last = 0;
  InputPlace place = {};
};

struct Extent {
  std::uint32_t first = 0;
  std::uint32_t last = 0;  // one past the last

  std::uint32_t count() const { return last - first; }
};
// The whole data set if there is no slice. Throws InputError when the slice goes beyond it.
Extent extent_of(const std::optional<Slice>& slice, const Dataset& dataset);

// Times that the data set says, each multiplied by a ratio.
struct RecordedTimes {
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;

  // When an item of that time is sent, after the start. Throws RunError beyond the end of virtual time.
  TimeNs offset_ns(TimeNs time_ns) const;
};

// The key `time_scale`, a ratio; by default 1. Throws InputError.
RecordedTimes read_time_scale(const KeyReader& keys);

// Which items a component sends.
struct ItemData {
  std::shared_ptr<const DataSource> source = nullptr;  // null: the files
  std::optional<NamedFile> images = {};
  std::optional<NamedFile> labels = {};
  std::string labels_key = {};  // the key that names them
  std::optional<Slice> slice = {};
  std::optional<RecordedTimes> times = {};  // empty: a rate says them

  std::vector<ReadFile> files() const;
  std::shared_ptr<const Dataset> open(DatasetCache& cache, bool in_memory) const;
};

// The keys `data`, `images`, `labels_key` and `time_scale`, and the one for a slice.
std::vector<KeyInfo> item_data_keys(const std::string& labels_key, const std::string& labels_meaning);
// Throws InputError unless they name one data set, with labels if they are required, and unless there is
// either a rate or a data set that has times.
struct ItemDataRules {
  std::string labels_key;
  bool labels_required = false;
};
ItemData read_item_data(const KeyReader& keys, const ItemDataRules& rules);

// The message that carries an item, without a label.
MessageFields fields_of(const DataItem& item, const Dataset& dataset);

// What a message has because of its label: the routing key, the header `label`, and, where labels have names,
// the header `class`.
class LabelFields {
 public:
  explicit LabelFields(const Dataset& dataset);
  void set(MessageFields& fields, int label) const;

 private:
  struct One {
    std::string key;
    Headers headers;
  };
  std::vector<One> by_label_;
};
// The routing key of a message with this label.
std::string key_of_label(int label);
// A sample for each label, when it is not known which items have them.
std::vector<Sample> sample_of_each_label(const Dataset& dataset);

// The items of an extent, one at a time.
class ItemSequence {
 public:
  // In the order of the file.
  ItemSequence(std::shared_ptr<const Dataset> dataset, const Extent& extent)
      : dataset_(std::move(dataset)), extent_(extent) {}
  // Those of these indices, in their order; the data set is in memory.
  ItemSequence(std::shared_ptr<const Dataset> dataset, std::vector<std::uint32_t> indices)
      : dataset_(std::move(dataset)), indices_(std::move(indices)) {}

  const Dataset& dataset() const { return *dataset_; }
  // Empty after the last. Throws what DatasetCursor::next() throws.
  std::optional<DataItem> next();
  // The share of the items that next() has returned; 1 when there are none.
  double share_taken() const;

 private:
  std::shared_ptr<const Dataset> dataset_;
  Extent extent_;
  std::optional<std::vector<std::uint32_t>> indices_;
  std::size_t next_ = 0;
  std::unique_ptr<DatasetCursor> cursor_;
};

}  // namespace dse
