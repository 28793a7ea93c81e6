#include "sim/record/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <utility>

#include "core/check.h"
#include "core/printable.h"
#include "dse/error.h"

namespace dse {
namespace {

// The size that a file states in its own first bytes (the SQLite file format, 1.3.2 and 1.3.7).
std::int64_t announced_size(const Statement& pages, const Statement& page_size) {
  return pages.integer(0) * page_size.integer(0);
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

void Statement::bind(int parameter, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), parameter, value) != SQLITE_OK) database_->fail();
}

// SQL assumes that text is UTF-8 and ends at a NUL, whatever is bound.
void Statement::bind(int parameter, std::string_view text) {
  const bool is_text = text.find('\0') == std::string_view::npos && is_utf8(text);
  const auto size = static_cast<int>(text.size());
  const int result = is_text
                         ? sqlite3_bind_text(statement_.get(), parameter, text.data(), size, SQLITE_STATIC)
                         : sqlite3_bind_blob(statement_.get(), parameter, text.data(), size, SQLITE_STATIC);
  if (result != SQLITE_OK) database_->fail();
}

void Statement::bind_null(int parameter) {
  if (sqlite3_bind_null(statement_.get(), parameter) != SQLITE_OK) database_->fail();
}

void Statement::run() {
  const bool any = next_row();
  DSE_CHECK(!any, "a statement without rows returned one");
}

bool Statement::next_row() {
  const int result = sqlite3_step(statement_.get());
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) database_->fail();
  sqlite3_reset(statement_.get());
  return false;
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Database Database::create(const std::string& path) {
  Database database(path, true);
  database.open_handle(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  // There is no journal, because a run directory appears only when it is whole, so there is nothing to roll
  // back; and one transaction, so that the same rows give the same bytes.
  database.run(
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
      "PRAGMA page_size = 16384; BEGIN");
  return database;
}

Database Database::open(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  Database database(path, false);
  if (error) throw InputError({.file = path}, fmt::format("cannot be read: {}", error.message()));
  database.open_handle(SQLITE_OPEN_READONLY);
  Statement pages = database.prepare("PRAGMA page_count");
  Statement page_size = database.prepare("PRAGMA page_size");
  pages.next_row();
  page_size.next_row();
  const std::int64_t announced = announced_size(pages, page_size);
  if (std::cmp_less(size, announced)) {
    database.fail(fmt::format("it is cut off: it has {} bytes of {}", size, announced));
  }
  return database;
}

void Database::open_handle(int flags) {
  sqlite3* handle = nullptr;
  const int result = sqlite3_open_v2(path_.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  handle_.reset(handle);
  if (result != SQLITE_OK) fail();
}

void Database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

Statement Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    fail();
  }
  return Statement(*this, statement);
}

void Database::close() {
  if (created_) run("COMMIT");
  handle_.reset();
}

void Database::fail() const { fail(handle_ ? sqlite3_errmsg(handle_.get()) : "out of memory"); }

void Database::fail(const std::string& reason) const {
  if (created_) {
    throw RunError(fmt::format(
        "cannot write {}: {}; free some space, or write elsewhere (--out; TMPDIR for what is temporary)",
        path_, reason));
  }
  throw InputError({.file = path_},
                   fmt::format("is no record of events, or a damaged one: {}; make it again with "
                               "dse replay --record",
                               reason));
}

}  // namespace dse
