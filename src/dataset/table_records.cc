#include "dataset/table_records.h"

#include <utility>

#include "dataset/csv_records.h"
#include "dataset/json_records.h"

namespace dse {

std::unique_ptr<TableRecords> open_table(const TableOptions& options) {
  if (options.format == TableFormat::kJsonl) return std::make_unique<JsonRecords>(options);
  return std::make_unique<CsvRecords>(options);
}

std::unique_ptr<TableRecords> open_table_again(const TableOptions& options, std::vector<std::string> names) {
  if (options.format == TableFormat::kJsonl) return std::make_unique<JsonRecords>(options, std::move(names));
  return std::make_unique<CsvRecords>(options);
}

std::vector<std::string> missing_texts(const TableOptions& options) {
  std::vector<std::string> texts = options.missing_texts;
  // A field that is null or absent is read as "".
  if (options.format == TableFormat::kJsonl) texts.emplace_back();
  return texts;
}

}  // namespace dse
