#include "dataset/table_row_reader.h"

#include <utility>

#include "dataset/file_error.h"
#include "dataset/wrong_value.h"

namespace dse {

TableRowReader::TableRowReader(const TableOptions& options, std::shared_ptr<const TableScan> scan)
    : options_(options),
      scan_(std::move(scan)),
      missing_(missing_texts(options)),
      classes_(scan_->classes),
      features_(scan_->features.size()) {
  if (options_.missing == Missing::kMean) {
    for (const std::size_t column : scan_->features)
      means_.push_back(static_cast<float>(scan_->columns[column].numbers->mean));
  }
  rewind();
}

void TableRowReader::rewind() {
  std::vector<std::string> names;
  for (const TableColumn& column : scan_->columns) names.push_back(column.name);
  rows_ = open_table_again(options_, std::move(names));
  if (rows_->columns() != scan_->columns.size()) refuse_changed();
  if (scan_->time) time_.emplace(options_, *scan_->time);
}

std::optional<TableRow> TableRowReader::next() {
  while (rows_->next()) {
    if (take_row()) return row_;
  }
  if (rows_->digest() != scan_->digest) refuse_changed();
  return std::nullopt;
}

// Also what is left out is read whole, so that times are judged as they were in the scan.
bool TableRowReader::take_row() {
  row_ = {.number = rows_->row(), .line = rows_->line(), .features = features_};
  bool complete = true;
  for (std::size_t index = 0; index < features_.size(); ++index) complete = take_feature(index) && complete;
  if (scan_->label) complete = take_label(rows_->fields()[*scan_->label]) && complete;
  if (scan_->time) complete = take_time(without_spaces(rows_->fields()[*scan_->time])) && complete;
  return complete;
}

bool TableRowReader::take_feature(std::size_t index) {
  const std::size_t column = scan_->features[index];
  const std::string_view text = without_spaces(rows_->fields()[column]);
  if (missing_.contains(text)) {
    if (options_.missing == Missing::kRefuse)
      refuse_missing(rows_->place(column), "a feature", rows_->how_missing(column));
    if (options_.missing == Missing::kSkip) return false;
    features_[index] = means_[index];
    return true;
  }
  const NumberText<float> number = read_float(text);
  if (number.form != NumberForm::kNumber) refuse_number(rows_->place(column), number.form, text);
  features_[index] = number.value;
  return true;
}

bool TableRowReader::take_label(std::string_view text) {
  row_.label = classes_.find(text);
  if (row_.label) return true;
  if (options_.missing != Missing::kSkip || !missing_.contains(without_spaces(text))) refuse_changed();
  return false;
}

bool TableRowReader::take_time(std::string_view text) {
  if (missing_.contains(text)) {
    if (options_.missing != Missing::kSkip)
      refuse_missing(rows_->place(*scan_->time), "the time", rows_->how_missing(*scan_->time));
    return false;
  }
  row_.time_ns = time_->read(*rows_, text);
  return true;
}

void TableRowReader::refuse_changed() const {
  refuse_file(options_.file, "has changed since it was scanned; leave it as it is while it is read");
}

}  // namespace dse
