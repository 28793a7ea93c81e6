// An SQLite database file, for event records. Only the .cc file includes sqlite3.h. Used by one thread at a
// time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace dse {

class Database;

// A prepared statement. Must not outlive its database.
class Statement {
 public:
  // Parameters count from 1, columns from 0, as in SQLite.
  void bind(int parameter, std::int64_t value);
  // `text` must stay valid until the statement has run. It is bound as a BLOB when it is not UTF-8 or holds a
  // NUL.
  void bind(int parameter, std::string_view text);
  void bind_null(int parameter);

  // Runs the statement to its end, and makes it ready to run again. For statements that return no rows.
  void run();
  // Moves to the next row. Returns false, and is ready to run again, when there is none.
  bool next_row();
  std::int64_t integer(int column) const;
  // The bytes of text or of a BLOB. Valid until the next step.
  std::string_view text(int column) const;
  bool is_null(int column) const;

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(const Database& database, sqlite3_stmt* statement)
      : database_(&database), statement_(statement) {}

  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

class Database {
 public:
  // Creates a new file at `path`, without a journal: it is whole only once close() has returned. Every later
  // failure (a full disk) is a RunError.
  static Database create(const std::string& path);
  // Opens an existing file for reading. Every failure (not a database, cut off, damaged) is an InputError
  // that names the file.
  static Database open(const std::string& path);

  // Runs one or more statements that return no rows.
  void run(const std::string& sql);
  Statement prepare(std::string_view sql) const;
  // Throws the InputError for a file that is not what it should be.
  [[noreturn]] void refuse(const std::string& reason) const { fail(reason); }
  // Ends the transaction and closes a file that was created.
  void close();

 private:
  friend class Statement;
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  Database(std::string path, bool created) : path_(std::move(path)), created_(created) {}
  void open_handle(int flags);
  [[noreturn]] void fail() const;
  [[noreturn]] void fail(const std::string& reason) const;

  std::string path_;
  bool created_;
  std::unique_ptr<sqlite3, Closer> handle_;
};

}  // namespace dse
