#include "dataset/table_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/names.h"
#include "core/printable.h"
#include "dse/error.h"

namespace dse {
namespace {

class ColumnFinder {
 public:
  ColumnFinder(const std::string& file, const std::vector<std::string>& names) : file_(file), names_(names) {
    for (std::size_t column = 0; column < names.size(); ++column) columns_[names[column]] = column;
  }

  std::size_t find(const std::string& option, const std::string& name) const {
    const auto found = columns_.find(name);
    if (found != columns_.end()) return found->second;
    throw UnknownName({.file = file_, .key = option},
                      fmt::format("there is no column {}{}", quoted_text(name), among_names(name)));
  }

  [[noreturn]] void refuse(const std::string& option, const std::string& text) const {
    throw InputError({.file = file_, .key = option}, text);
  }

 private:
  std::string among_names(const std::string& name) const {
    constexpr std::size_t kNamesShownMax = 20;
    if (names_.size() <= kNamesShownMax || !nearest_name(name, names_).empty())
      return one_line(suggestion(name, names_));
    return fmt::format(" among the {} of the table", names_.size());
  }

  const std::string& file_;
  const std::vector<std::string>& names_;
  std::map<std::string, std::size_t> columns_;
};

}  // namespace

TableColumns find_columns(const TableOptions& options, const std::vector<std::string>& names) {
  const ColumnFinder finder(options.file, names);
  TableColumns columns;
  if (options.label) columns.label = finder.find("label", *options.label);
  if (options.time) columns.time = finder.find("time", *options.time);
  if (columns.label && columns.label == columns.time) {
    finder.refuse("time", fmt::format("the column {} is the label, and cannot be the time as well",
                                      quoted_text(*options.time)));
  }
  std::set<std::size_t> seen;
  for (const std::string& name : options.features) {
    const std::size_t column = finder.find("features", name);
    if (column == columns.label) {
      finder.refuse("features",
                    fmt::format("the column {} is the label, and cannot be a feature", quoted_text(name)));
    }
    if (!seen.insert(column).second)
      finder.refuse("features", fmt::format("the column {} is listed twice", quoted_text(name)));
    columns.features.push_back(column);
  }
  return columns;
}

}  // namespace dse
