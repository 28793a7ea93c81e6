// Feeds whatever libFuzzer invents, as a file of CSV or of JSONL, to everything that reads tables: it is
// refused with an InputError, or scanned; what was scanned can be read, with the rows that the scan
// announced. Records are the same wherever the buffer of their reader ends. The first three bytes choose the
// options. Built with clang and -fsanitize=fuzzer,address,undefined; see the target table_fuzz.
#include <unistd.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "dataset/csv_reader.h"
#include "dataset/line_reader.h"
#include "dataset/table_records.h"
#include "dataset/table_row_reader.h"
#include "dataset/table_scan.h"
#include "dse/error.h"

namespace {

using namespace dse;

void require(bool holds) {
  if (!holds) std::abort();
}

// The fields with their lines, and the error that ended them.
struct Content {
  std::vector<std::pair<std::uint64_t, std::vector<std::string>>> records;
  std::string error;

  bool operator==(const Content&) const = default;
};

Content read_lines(const std::string& path, std::size_t block_bytes) {
  Content content;
  try {
    LineReader reader(path, {.block_bytes = block_bytes});
    while (reader.next()) content.records.push_back({reader.number(), {std::string(reader.line())}});
  } catch (const InputError& error) {
    content.error = error.what();
  }
  return content;
}

Content read_records(const std::string& path, const CsvOptions& options) {
  Content content;
  try {
    CsvReader reader(path, options);
    while (reader.next()) {
      require(!reader.fields().empty() && reader.fields().size() <= kRecordFieldsMax);
      content.records.push_back({reader.line(), {reader.fields().begin(), reader.fields().end()}});
    }
  } catch (const InputError& error) {
    content.error = error.what();
  }
  return content;
}

void check_rows(const TableOptions& options, const std::shared_ptr<const TableScan>& scan) {
  TableRowReader reader(options, scan);
  std::uint64_t rows = 0;
  TimeNs last_ns = 0;
  while (const std::optional<TableRow> row = reader.next()) {
    ++rows;
    require(row->features.size() == scan->features.size() && row->number <= scan->rows);
    for (const float feature : row->features) require(std::isfinite(feature));
    require(row->label.has_value() == scan->label.has_value());
    if (row->label) require(*row->label >= 0 && static_cast<std::size_t>(*row->label) < scan->classes.size());
    require(row->time_ns.has_value() == scan->time.has_value());
    if (row->time_ns) require(*row->time_ns >= last_ns);
    last_ns = row->time_ns.value_or(0);
  }
  require(rows == scan->rows - scan->rows_left_out && rows > 0);
}

// Those of the header, or of the first row.
std::vector<std::string> names_in(const TableOptions& options) {
  const std::unique_ptr<TableRecords> records = open_table(options);
  if (options.format == TableFormat::kJsonl) records->next();
  return records->names();
}

// The scan, if there is one. What was scanned is read outside of the try: it must not be refused.
std::shared_ptr<const TableScan> scan(TableOptions& options, unsigned label, unsigned time) {
  try {
    const std::vector<std::string> names = names_in(options);
    if (names.empty()) return nullptr;
    if (label > 0) options.label = names[label % names.size()];
    if (time > 0) options.time = names[time % names.size()];
    return std::make_shared<const TableScan>(scan_table(options));
  } catch (const InputError& error) {
    require(error.place().file == options.file);
    return nullptr;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  static const std::string path = (access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp") +
                                  std::string("/table-fuzz-") + std::to_string(getpid());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(data) + 3, static_cast<std::streamsize>(size - 3));

  TableOptions options{.file = path};
  options.separator = ",;\t|"[data[0] & 3];
  options.header = (data[0] & 4) != 0;
  if ((data[1] & 64) != 0) options.format = TableFormat::kJsonl;
  options.missing = static_cast<Missing>((data[0] >> 3) % 3);
  options.time_origin = (data[0] & 128) != 0 ? TimeOrigin::kZero : TimeOrigin::kFirstRow;
  if ((data[1] & 8) != 0) options.time_unit = static_cast<TimeUnit>((data[1] >> 4) & 3);

  const std::size_t block_bytes = 512 + data[2];
  require(read_lines(path, 512) == read_lines(path, block_bytes));
  require(read_records(path, {.separator = options.separator}) ==
          read_records(path, {.separator = options.separator, .block_bytes = block_bytes}));
  if (const auto scanned = scan(options, data[1] & 7, data[2] & 7)) {
    require(!scanned->describe().empty());
    check_rows(options, scanned);
  }
  unlink(path.c_str());
  return 0;
}
