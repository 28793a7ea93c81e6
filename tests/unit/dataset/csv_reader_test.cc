#include "dataset/csv_reader.h"

#include <fmt/format.h>

#include <cstdint>

#include "dse/hash.h"
#include "idx_files.h"
#include "support/catch.h"

using namespace dse;

namespace {

using Record = std::vector<std::string>;
using Records = std::vector<Record>;

struct Content {
  Records records;
  std::vector<std::uint64_t> lines;
  std::uint64_t empty_lines = 0;
};

Content read_all(CsvReader& reader) {
  Content content;
  while (reader.next()) {
    content.records.emplace_back(reader.fields().begin(), reader.fields().end());
    content.lines.push_back(reader.line());
  }
  content.empty_lines = reader.empty_lines();
  return content;
}

Content read_bytes(const std::string& bytes, const CsvOptions& options = {}) {
  const TemporaryFolder folder;
  CsvReader reader(write_file(folder.file("table.csv"), bytes), options);
  return read_all(reader);
}

Records records_of(const std::string& bytes, char separator = ',') {
  return read_bytes(bytes, {.separator = separator}).records;
}

// The error from reading a file of these bytes, without the file's name.
std::string error_of(const std::string& bytes, const CsvOptions& options = {}) {
  const TemporaryFolder folder;
  const std::string path = write_file(folder.file("table.csv"), bytes);
  const std::string text = input_error([&] {
    CsvReader reader(path, options);
    read_all(reader);
  });
  return text.empty() ? "" : text.substr(path.size() + 1);
}

}  // namespace

TEST_CASE("records end with LF, CRLF or the file, and fields with the separator") {
  const Records expected{{"a", "b"}, {"", "1 "}, {"", ""}};
  CHECK(records_of("a,b\n,1 \n,\n") == expected);
  CHECK(records_of("a,b\r\n,1 \r\n,\r\n") == expected);
  CHECK(records_of("a,b\n,1 \r\n,") == expected);
  CHECK(records_of("a;b\n;1 \n;\n", ';') == expected);
  CHECK(records_of("a\tb\n\t1 \n\t\n", '\t') == expected);
  CHECK(records_of("a|b\n|1 \n|\n", '|') == expected);
  CHECK(records_of("a\tb,c;\x01\n") == Records{{"a\tb", "c;\x01"}});
}

TEST_CASE("quotes hold separators, line ends and quotes") {
  CHECK(records_of("\"a,\n\"\"b\"\"\",\"\"\n\"\"\"\",x\r\n") == Records{{"a,\n\"b\"", ""}, {"\"", "x"}});
  CHECK(records_of("\"a\r\nb\"") == Records{{"a\r\nb"}});
  CHECK(records_of("\"a\"\n\"\"\n") == Records{{"a"}, {""}});
  // Elsewhere than at the beginning, a quote is a character like any other: as Python's csv module has it.
  CHECK(records_of("5\" pipe, \"b\"\n") == Records{{"5\" pipe", " \"b\""}});
}

TEST_CASE("a record has the line on which it starts, and empty lines are skipped") {
  const Content content = read_bytes("\n\r\na,\"1\n2\n\"\n\nb,3\n\n");
  CHECK(content.records == Records{{"a", "1\n2\n"}, {"b", "3"}});
  CHECK(content.lines == std::vector<std::uint64_t>{3, 7});
  CHECK(content.empty_lines == 4);
  CHECK(read_bytes("\n\n").records.empty());
}

TEST_CASE("a byte order mark is skipped") {
  CHECK(records_of("\xef\xbb\xbf\"a\",b\n") == Records{{"a", "b"}});
  CHECK(records_of("a,\xef\xbb\xbf\n") == Records{{"a", "\xef\xbb\xbf"}});
  CHECK(records_of("\xef\xbb\xbf").empty());
}

TEST_CASE("gzipped and plain files read the same, and have the digest of their own bytes") {
  const TemporaryFolder folder;
  std::string bytes;
  for (int row = 0; row < 50'000; ++row) bytes += fmt::format("{},\"{}\"\n", row, std::int64_t{row} * row);
  Records plain;
  for (const std::string& content : {bytes, gzip(bytes)}) {
    CsvReader reader(write_file(folder.file("table"), content));
    const Records records = read_all(reader).records;
    CHECK(records.size() == 50'000);
    CHECK(records[49'999] == Record{"49999", "2499900001"});
    CHECK(reader.digest() == hash_text(content));
    CHECK_FALSE(reader.next());
    if (plain.empty()) plain = records;
    CHECK((records == plain));
  }
}

TEST_CASE("a record longer than the buffer is read whole, wherever the buffer ends") {
  const std::string filler(600, 'x');
  const std::string rest = "a,\"b\r\n\"\"c\"\"\"\r\n\r\n\"d\",\"\"\"\"\n" + std::string(900, 'e') + ",f";
  const Content whole = read_bytes(filler + "\n" + rest);
  REQUIRE(whole.records.size() == 4);
  CHECK(whole.records[1] == Record{"a", "b\r\n\"c\""});
  for (std::size_t block = 512; block < 512 + 200; ++block) {
    INFO("a buffer of " << block << " bytes");
    const Content content = read_bytes(filler + "\n" + rest, {.block_bytes = block});
    CHECK(content.records == whole.records);
    CHECK(content.lines == whole.lines);
  }
}

TEST_CASE("what is not CSV is refused with its place and what to do") {
  CHECK(error_of("a,b\n1,\"2\n3\n") ==
        "2:2: a quote is opened here and never closed; close it, or write a quote that belongs to the text "
        "twice, within quotes: \"5\"\" pipe\"");
  CHECK_THAT(error_of("a,\"b\nc\",\"d"), Catch::Matchers::StartsWith("2:3: a quote is opened here"));
  CHECK_THAT(error_of("a,b\n\"1\" ,2\n"),
             Catch::Matchers::StartsWith("2:1: text follows the closing quote of a field"));
  for (const std::string after : {"x", "\t", "\x01", " "})
    CHECK_THAT(error_of("a\n\"1\"" + after), ContainsSubstring("text follows the closing quote"));
  CHECK_THAT(error_of("a,b\r1,2\r"),
             Catch::Matchers::StartsWith("1:2: a carriage return without a line feed"));
  CHECK_THAT(error_of("a,b\n1,2\r"),
             Catch::Matchers::StartsWith("2:2: a carriage return without a line feed"));
  CHECK_THAT(error_of(std::string("a,b\n1,2\0\n", 9)), Catch::Matchers::StartsWith("2:2: a zero byte"));
  CHECK_THAT(error_of(std::string("a\n\"\0\"\n", 6)), Catch::Matchers::StartsWith("2:1: a zero byte"));
  CHECK_THAT(error_of(std::string("a\0b\0\n\0", 6)), ContainsSubstring("`iconv -f UTF-16 -t UTF-8`"));
  CHECK_THAT(error_of("\xff\xfe" + std::string("a\0\n\0", 4)), Catch::Matchers::StartsWith(" is UTF-16"));
  CHECK_THAT(error_of("\xfe\xff" + std::string("\0a\0\n", 4)), Catch::Matchers::StartsWith(" is UTF-16"));
  CHECK(error_of("PAR1\x15\x04") == " is not a CSV file: it is a Parquet file; convert it to CSV");
  CHECK_THAT(error_of("<!DOCTYPE html>\n"), ContainsSubstring("a web page; fetch the file itself"));
  CHECK_THAT(error_of(""), ContainsSubstring("is empty"));
  for (const char separator : {'"', '\n', '\r', '\0'})
    CHECK_THAT(error_of("a\n", {.separator = separator}), ContainsSubstring("separator: a quote"));
}

TEST_CASE("a record has at most 16 MiB and 100,000 fields") {
  const std::string most(kRecordBytesMax, 'x');
  const Content content = read_bytes("a\n" + most + "\r\nb\n");
  REQUIRE(content.records.size() == 3);
  CHECK((content.records[1] == Record{most}));
  CHECK(error_of("a\n" + most + "x\n") ==
        "2:1: a record of more than 16777216 bytes begins here; is a closing quote missing?");
  CHECK_THAT(error_of("a\n\"" + most + most + most),
             Catch::Matchers::StartsWith("2:1: a record of more than"));

  const std::string separators(kRecordFieldsMax - 1, ',');
  CHECK(records_of(separators + "\na").at(0).size() == kRecordFieldsMax);
  CHECK_THAT(error_of("a\n" + separators + ",\n"),
             ContainsSubstring("a record of more than 100000 fields; is ',' what separates them?"));
}

TEST_CASE("memory does not grow with the file") {
  // A hundred megabytes of text.
  const TemporaryFolder folder;
  std::string line = std::string(999, '1') + "\n";
  std::string bytes;
  for (int row = 0; row < 20'000; ++row) bytes += line;
  const std::string member = gzip(bytes);
  std::string packed;
  for (int part = 0; part < 5; ++part) packed += member;
  CsvReader reader(write_file(folder.file("table.gz"), packed));
  const char* lowest = nullptr;
  const char* highest = nullptr;
  std::uint64_t rows = 0;
  while (reader.next()) {
    const char* at = reader.fields()[0].data();
    lowest = lowest == nullptr ? at : std::min(lowest, at);
    highest = std::max(highest, at);
    ++rows;
  }
  CHECK(rows == 100'000);
  CHECK(highest - lowest <= 256 * 1024);
}
