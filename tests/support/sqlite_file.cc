#include "support/sqlite_file.h"

#include <sqlite3.h>

#include <memory>
#include <stdexcept>

namespace {

int keep_row(void* rows, int columns, char** values, char**) {
  std::vector<std::string> row;
  for (int column = 0; column < columns; ++column)
    row.emplace_back(values[column] == nullptr ? "NULL" : values[column]);
  static_cast<std::vector<std::vector<std::string>>*>(rows)->push_back(std::move(row));
  return 0;
}

}  // namespace

std::vector<std::vector<std::string>> run_sql(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &handle, SQLITE_OPEN_READWRITE, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> closer(handle, sqlite3_close);
  std::vector<std::vector<std::string>> rows;
  if (opened != SQLITE_OK || sqlite3_exec(handle, sql.c_str(), keep_row, &rows, nullptr) != SQLITE_OK)
    throw std::runtime_error(path + ": " + sqlite3_errmsg(handle) + " in\n" + sql);
  return rows;
}
