#include "dataset/dataset_maker.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <utility>

#include "dataset/file_error.h"
#include "dataset/image_reader.h"
#include "dataset/memory_bytes.h"
#include "dataset/pictures_reader.h"
#include "dataset/table_row_reader.h"

namespace dse {
namespace {

void require_fits_memory(const ImageReader& reader, const std::string& path) {
  const std::uint64_t announced = reader.count() * reader.image_bytes();
  if (announced <= memory_bytes()) return;
  refuse_file(path, fmt::format("announces {} images of {} x {} pixels, {} bytes; this "
                                "machine has {} bytes of memory",
                                reader.count(), reader.rows(), reader.columns(), announced, memory_bytes()));
}

// Items are counted in 32 bits.
void require_countable(const TableScan& scan) {
  if (scan.rows <= std::numeric_limits<std::uint32_t>::max()) return;
  refuse_file(scan.file, fmt::format("has {} rows; expected at most {}", scan.rows,
                                     std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

std::shared_ptr<const Dataset> DatasetMaker::from_images(const std::string& images_path,
                                                         const std::optional<std::string>& labels_path) {
  ImageReader reader(images_path, labels_path);
  require_fits_memory(reader, images_path);
  const auto dataset = std::make_shared<Dataset>();
  dataset->count_ = reader.count();
  dataset->rows_ = reader.rows();
  dataset->columns_ = reader.columns();
  dataset->path_ = images_path;
  dataset->labels_path_ = labels_path.value_or("");
  // The machine provides reserved memory only as images arrive: a header that lies costs nothing.
  const std::size_t image_bytes = reader.image_bytes();
  dataset->bytes_.reserve(reader.count() * image_bytes);
  for (std::size_t index = 0; index < reader.count(); ++index) {
    dataset->bytes_.resize(dataset->bytes_.size() + image_bytes);
    const std::uint8_t label = reader.read(std::span(dataset->bytes_).last(image_bytes));
    if (!reader.has_labels()) continue;
    dataset->labels_.push_back(label);
    dataset->classes_ = std::max(dataset->classes_, label + 1);
  }
  reader.finish();
  dataset->has_labels_ = !dataset->labels_.empty();
  dataset->digest_ = reader.images_digest();
  dataset->labels_digest_ = reader.labels_digest();
  return dataset;
}

std::shared_ptr<const Dataset> DatasetMaker::from_pictures(const PictureOptions& options) {
  const PictureFolder found = list_pictures(options);
  PicturesReader reader(options.folder, found);
  const auto dataset = std::make_shared<Dataset>();
  for (const PictureFolder::File& file : found.files) {
    const GreyPicture picture = reader.read(file);
    dataset->bytes_.insert(dataset->bytes_.end(), picture.pixels.begin(), picture.pixels.end());
    dataset->labels_.push_back(static_cast<std::uint16_t>(file.label));
  }
  dataset->count_ = found.files.size();
  dataset->rows_ = static_cast<int>(reader.rows());
  dataset->columns_ = static_cast<int>(reader.columns());
  dataset->has_labels_ = true;
  dataset->class_names_ = found.classes;
  dataset->classes_ = static_cast<int>(found.classes.size());
  dataset->path_ = options.folder;
  dataset->digest_ = reader.digest();
  dataset->description_ = describe_classes(found);
  dataset->notes_ = reader.notes();
  return dataset;
}

std::shared_ptr<const Dataset> DatasetMaker::without_file(RowShape shape) {
  const auto dataset = std::make_shared<Dataset>();
  dataset->features_ = static_cast<int>(shape.feature_names.size());
  dataset->feature_names_ = std::move(shape.feature_names);
  dataset->has_labels_ = true;
  dataset->classes_ = static_cast<int>(shape.class_names.size());
  dataset->class_names_ = std::move(shape.class_names);
  dataset->path_ = std::move(shape.name);
  return dataset;
}

std::shared_ptr<const Dataset> DatasetMaker::from_table(const TableOptions& options, bool in_memory) {
  const auto scan = std::make_shared<const TableScan>(scan_table(options));
  require_countable(*scan);
  const auto dataset = std::make_shared<Dataset>();
  dataset->count_ = scan->rows - scan->rows_left_out;
  dataset->features_ = static_cast<int>(scan->features.size());
  for (const std::size_t column : scan->features)
    dataset->feature_names_.push_back(scan->columns[column].name);
  dataset->has_labels_ = scan->label.has_value();
  dataset->class_names_ = scan->classes;
  dataset->classes_ = static_cast<int>(scan->classes.size());
  dataset->path_ = options.file;
  dataset->digest_ = scan->digest;
  dataset->description_ = scan->describe();
  dataset->notes_ = scan->notes();
  if (!in_memory) {
    dataset->table_ = std::make_shared<const Table>(Table{options, scan});
    return dataset;
  }
  const std::uint64_t needed = std::uint64_t{dataset->count_} * dataset->item_bytes();
  if (needed > memory_bytes()) {
    refuse_file(options.file,
                fmt::format("has {} rows, {} bytes, and this machine has {} bytes of memory: send "
                            "them in the order of the file, `order = \"file\"`",
                            dataset->count_, needed, memory_bytes()));
  }
  dataset->bytes_.reserve(needed);
  TableRowReader reader(options, scan);
  while (const std::optional<TableRow> row = reader.next()) {
    const auto bytes = std::as_bytes(row->features);
    dataset->bytes_.insert(dataset->bytes_.end(), bytes.begin(), bytes.end());
    if (row->label) dataset->labels_.push_back(static_cast<std::uint16_t>(*row->label));
  }
  return dataset;
}

std::string identity_of(const PictureOptions& options) {
  return fmt::format("{} {}", std::vector{options.folder}, options.classes);
}

std::string identity_of(const TableOptions& options) {
  const std::vector<std::string> names = {options.file, options.label.value_or(""),
                                          options.time.value_or("")};
  return fmt::format("{} {} {} {} {} {} {} {} {} {}", names, static_cast<int>(options.format),
                     static_cast<int>(options.separator), options.header, options.features, options.classes,
                     static_cast<int>(options.missing), options.missing_texts,
                     options.time_unit ? static_cast<int>(*options.time_unit) : -1,
                     static_cast<int>(options.time_origin));
}

}  // namespace dse
