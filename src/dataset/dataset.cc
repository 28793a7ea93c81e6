#include "dse/dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/check.h"
#include "dataset/dataset_maker.h"
#include "dataset/file_error.h"
#include "dataset/row_blocks.h"
#include "dataset/table_row_reader.h"

namespace dse {
namespace {

class MemoryCursor final : public DatasetCursor {
 public:
  explicit MemoryCursor(std::shared_ptr<const Dataset> dataset) : dataset_(std::move(dataset)) {}

  std::optional<DataItem> next() override {
    if (next_ == dataset_->size()) return std::nullopt;
    const std::uint32_t index = next_++;
    DataItem item{.index = index, .owner = dataset_, .bytes = dataset_->item(index)};
    if (dataset_->has_labels()) item.label = dataset_->label(index);
    return item;
  }

 private:
  const std::shared_ptr<const Dataset> dataset_;
  std::uint32_t next_ = 0;
};

class TableCursor final : public DatasetCursor {
 public:
  explicit TableCursor(const Table& table)
      : reader_(table.options, table.scan), blocks_(table.scan->features.size()) {}

  std::optional<DataItem> next() override {
    const std::optional<TableRow> row = reader_.next();
    if (!row) return std::nullopt;
    RowBlocks::Row kept = blocks_.next();
    std::copy(row->features.begin(), row->features.end(), kept.numbers.begin());
    return DataItem{.index = next_++,
                    .owner = std::move(kept.owner),
                    .bytes = std::as_bytes(kept.numbers),
                    .label = row->label,
                    .time_ns = row->time_ns};
  }

 private:
  TableRowReader reader_;
  RowBlocks blocks_;
  std::uint32_t next_ = 0;
};

}  // namespace

std::span<const std::byte> Dataset::item(std::size_t index) const {
  DSE_CHECK(in_memory() && index < count_, "item {} of {}", index, count_);
  return std::span(bytes_).subspan(index * item_bytes(), item_bytes());
}

int Dataset::label(std::size_t index) const {
  DSE_CHECK(index < labels_.size(), "label {} of {}", index, labels_.size());
  return labels_[index];
}

std::unique_ptr<DatasetCursor> Dataset::read() const {
  if (!in_memory()) return std::make_unique<TableCursor>(*table_);
  return std::make_unique<MemoryCursor>(shared_from_this());
}

void Dataset::require_labels_below(int classes) const {
  if (classes_ <= classes) return;
  if (!class_names_.empty()) {
    refuse_file(path_, fmt::format("has {} classes, of which '{}' is the first beyond: expected at most {}",
                                   classes_, class_names_[static_cast<std::size_t>(classes)], classes));
  }
  const auto wrong =
      std::find_if(labels_.begin(), labels_.end(), [&](int label) { return label >= classes; });
  refuse_file(labels_path_, fmt::format("item {} has the label {}, expected labels from 0 to {}",
                                        wrong - labels_.begin(), static_cast<int>(*wrong), classes - 1));
}

std::shared_ptr<const Dataset> load_dataset(const std::string& images_path,
                                            const std::optional<std::string>& labels_path) {
  return DatasetMaker::from_images(images_path, labels_path);
}

}  // namespace dse
