#include "dataset/csv_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/counted.h"
#include "core/printable.h"
#include "dataset/file_error.h"
#include "dataset/missing_texts.h"
#include "dataset/wrong_value.h"

namespace dse {

CsvRecords::CsvRecords(const TableOptions& options)
    : csv_(options.file, {.separator = options.separator}), header_(options.header) {
  if (!csv_.next()) {
    refuse_file(options.file, header_ ? "holds no line of text, expected a header and rows"
                                      : "holds no line of text, expected rows");
  }
  read_names(header_);
  first_waits_ = !header_;
}

void CsvRecords::read_names(bool header) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t column = 0; column < csv_.fields().size(); ++column) {
    const std::string_view field = csv_.fields()[column];
    std::string name = header && !field.empty() ? std::string(field) : std::to_string(column + 1);
    if (!is_utf8(name)) {
      throw InputError(
          csv_.place(column),
          fmt::format("the column name {} is not UTF-8; convert the file, for example with `iconv "
                      "-f ISO-8859-1 -t UTF-8`",
                      quoted_text(name)));
    }
    const auto [other, is_new] = seen.try_emplace(name, column);
    if (!is_new) {
      throw InputError(csv_.place(column),
                       fmt::format("the column name {} is that of column {} as well; each "
                                   "column needs a name of its own",
                                   quoted_text(name), other->second + 1));
    }
    names_.push_back(std::move(name));
  }
}

bool CsvRecords::read() {
  if (first_waits_) {
    first_waits_ = false;
  } else if (!csv_.next()) {
    return false;
  }
  fields_ = csv_.fields();
  if (fields_.size() != columns()) refuse_field_count();
  return true;
}

std::string CsvRecords::how_missing(std::size_t column) const {
  return fmt::format("the field is {}", shown(without_spaces(fields_[column])));
}

std::string CsvRecords::without_rows() const {
  return fmt::format("holds a header of {} and no row, expected at least one row",
                     counted(columns(), "column"));
}

void CsvRecords::refuse_field_count() const {
  // The place is that of the first field that is missing, or too many.
  throw InputError(csv_.place(std::min(fields_.size(), columns())),
                   fmt::format("a row of {}, expected {} as in the {}", counted(fields_.size(), "field"),
                               columns(), header_ ? "header" : "first row"));
}

}  // namespace dse
