// Random tables, written by an obvious writer, read back as they were: wherever the buffer ends
// and as Python's csv module reads them. Prints its seed when it fails.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "dataset/csv_reader.h"
#include "dataset/table_row_reader.h"
#include "dataset/table_scan.h"
#include "dse/random.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

using Record = std::vector<std::string>;
using Records = std::vector<Record>;

constexpr std::uint64_t kSeed = 4180;

std::string random_field(RandomStream& random, char separator) {
  // Characters that mean something are as frequent as those that do not.
  const std::string alphabet = std::string("ab \"\"\n\r,;\t|\xc3") + separator;
  std::string field;
  for (std::uint64_t count = random.below(8); count > 0; --count)
    field += alphabet[random.below(alphabet.size())];
  if (random.below(40) == 0) field.append(random.below(300), 'x');
  return field;
}

bool needs_quotes(const std::string& field, char separator) {
  return field.starts_with('"') || field.find_first_of(std::string("\r\n") + separator) != std::string::npos;
}

std::string quoted(const std::string& field) {
  std::string text = "\"";
  for (const char c : field) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

struct Table {
  char separator = ',';
  Records records;
  std::vector<std::uint64_t> lines;  // on which each of them starts
  std::uint64_t empty_lines = 0;
  std::string bytes;

  explicit Table(RandomStream& random) : separator(",;\t|"[random.below(4)]) {
    // The first record is longer than the smallest buffer, so that all that follows can meet the buffer's
    // end.
    add({std::string(500 + random.below(30), 'f')}, random);
    for (std::uint64_t count = 1 + random.below(20); count > 0; --count) {
      Record record;
      for (std::uint64_t field = 1 + random.below(5); field > 0; --field)
        record.push_back(random_field(random, separator));
      add(record, random);
    }
    if (random.below(3) == 0) {  // the last line has no end
      while (bytes.back() == '\n' || bytes.back() == '\r') bytes.pop_back();
    }
  }

 private:
  void add(const Record& record, RandomStream& random) {
    while (random.below(6) == 0) {
      bytes += line_end(random);
      ++empty_lines;
      ++line_;
    }
    records.push_back(record);
    lines.push_back(line_);
    for (std::size_t at = 0; at < record.size(); ++at) {
      const std::string& field = record[at];
      const bool alone_and_empty = record.size() == 1 && field.empty();
      if (at > 0) bytes += separator;
      bytes +=
          needs_quotes(field, separator) || alone_and_empty || random.below(4) == 0 ? quoted(field) : field;
      line_ += static_cast<std::uint64_t>(std::count(field.begin(), field.end(), '\n'));
    }
    bytes += line_end(random);
    ++line_;
  }
  static std::string line_end(RandomStream& random) { return random.below(2) == 0 ? "\n" : "\r\n"; }

  std::uint64_t line_ = 1;
};

void write(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void check_read(const std::string& path, const Table& table, std::size_t block_bytes) {
  CsvReader reader(path, {.separator = table.separator, .block_bytes = block_bytes});
  std::size_t index = 0;
  for (; reader.next(); ++index) {
    REQUIRE(index < table.records.size());
    REQUIRE(Record(reader.fields().begin(), reader.fields().end()) == table.records[index]);
    REQUIRE(reader.line() == table.lines[index]);
  }
  REQUIRE(index == table.records.size());
  REQUIRE(reader.empty_lines() == table.empty_lines);
}

// What Python reads from the file: each record as a line of fields in hexadecimal digits.
std::string read_by(const std::string& library, const std::string& path, char separator) {
  const std::string command =
      fmt::format("'{}' '{}' {} '{}' {}", DSE_PYTHON, DSE_SOURCE_DIR "/tests/support/read_csv.py", library,
                  path, static_cast<int>(separator));
  FILE* output = popen(command.c_str(), "r");
  if (output == nullptr) throw std::runtime_error(command);
  std::string text;
  std::array<char, 4096> part;
  for (std::size_t got = 0; (got = std::fread(part.data(), 1, part.size(), output)) > 0;)
    text.append(part.data(), got);
  if (pclose(output) != 0) throw std::runtime_error(command + " failed");
  return text;
}

std::string read_by_us(const std::string& path, char separator) {
  CsvReader reader(path, {.separator = separator});
  std::string text;
  while (reader.next()) {
    for (const std::string_view field : reader.fields()) {
      for (const char c : field) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
      text += ' ';
    }
    text += '\n';
  }
  return text;
}

// Files that people have: by hand, from spreadsheets, from old systems.
const std::vector<std::string> kOddFiles = {
    "a,b\n1,2\n",
    "a,b\r\n1,2",
    "\xef\xbb\xbf"
    "a,b\n1,2\n",
    "\"a\",\"b\"\n\"1\",\"2\"\n",
    "a,b\n\n\n1,2\n\n",
    "a,b\n,\n\"\",\n",
    "a,b\n5\" pipe,\"6\"\" pipe\"\n",
    "a,b\n \"x\", y \n",
    "a,b\n\"line 1\nline 2\r\nline 3\",\"\"\"\"\n",
    "a,b\n'1,2'\n",
    "a,b\n\\,\\\"\n",
    "a,b\n1\t2,\x01\n",
    "a,b\n\xc3\xa9,\xe2\x82\xac\n",
};

}  // namespace

TEST_CASE("random tables read back as they were written, wherever the buffer ends") {
  const TemporaryFolder folder;
  const std::string path = folder.file("table.csv");
  for (std::uint64_t round = 0; round < 60; ++round) {
    CAPTURE(kSeed, round);
    RandomStream random(kSeed, "tables", std::to_string(round));
    const Table table(random);
    write(path, table.bytes);
    const std::size_t longest = std::max<std::size_t>(table.bytes.size(), 512);
    for (std::size_t block = 512; block <= longest; ++block) check_read(path, table, block);
    check_read(path, table, 256 * 1024);
  }
}

TEST_CASE("Python's csv module reads random and odd files alike") {
  const TemporaryFolder folder;
  const std::string path = folder.file("table.csv");
  for (std::uint64_t round = 0; round < 12; ++round) {
    CAPTURE(kSeed, round);
    RandomStream random(kSeed, "for python", std::to_string(round));
    const Table table(random);
    write(path, table.bytes);
    CHECK(read_by_us(path, table.separator) == read_by("csv", path, table.separator));
  }
  for (const std::string& bytes : kOddFiles) {
    CAPTURE(bytes);
    write(path, bytes);
    CHECK(read_by_us(path, ',') == read_by("csv", path, ','));
  }
}

TEST_CASE("pandas reads odd files alike") {
  const TemporaryFolder folder;
  const std::string path = folder.file("table.csv");
  for (const std::string& bytes : kOddFiles) {
    CAPTURE(bytes);
    write(path, bytes);
    CHECK(read_by_us(path, ',') == read_by("pandas", path, ','));
  }
}

TEST_CASE("the floats of a table are those that were printed") {
  const TemporaryFolder folder;
  const std::string path = folder.file("table.csv");
  RandomStream random(kSeed, "floats", "");
  std::vector<float> values;
  std::string bytes = "x,y\n";
  while (values.size() < 20'000) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random.next_u64()));
    if (!std::isfinite(value)) continue;
    values.push_back(value);
    // A float has at most nine significant digits that tell it from all others.
    bytes += random.below(2) == 0 ? fmt::format("{},a\n", value) : fmt::format(" {:.8e},b\n", value);
  }
  write(path, bytes);
  const TableOptions options{.file = path, .label = "y"};
  TableRowReader reader(options, std::make_shared<const TableScan>(scan_table(options)));
  for (const float value : values) {
    const std::optional<TableRow> row = reader.next();
    REQUIRE(row);
    REQUIRE(std::bit_cast<std::uint32_t>(row->features[0]) == std::bit_cast<std::uint32_t>(value));
  }
  CHECK_FALSE(reader.next());
}
