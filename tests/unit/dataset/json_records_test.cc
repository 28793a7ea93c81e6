// Tables in JSONL files: what their columns are, and what is said of wrong lines.
#include "dataset/json_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "dse/hash.h"
#include "support/catch.h"
#include "table_files.h"

using namespace dse;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

using Texts = std::vector<std::string>;

TableOptions jsonl(TableOptions options = {}) {
  options.format = TableFormat::kJsonl;
  return options;
}

std::vector<ReadRow> json_rows(const std::string& bytes, const TableOptions& options = {}) {
  return rows_of(bytes, jsonl(options));
}

std::string json_error(const std::string& bytes, const TableOptions& options = {}) {
  return scan_error(bytes, jsonl(options));
}

Texts names(const TableScan& scan) {
  Texts names;
  for (const TableColumn& column : scan.columns) names.push_back(column.name);
  return names;
}

Texts features(const TableScan& scan) {
  Texts names;
  for (const std::size_t column : scan.features) names.push_back(scan.columns[column].name);
  return names;
}

// The texts of the columns in each row.
std::vector<Texts> fields(const std::string& bytes) {
  const TableFile file(bytes, jsonl());
  JsonRecords records(file.options());
  std::vector<Texts> rows;
  while (records.next()) rows.emplace_back(records.fields().begin(), records.fields().end());
  return rows;
}

}  // namespace

TEST_CASE("the fields of objects are columns, whatever their order") {
  const TableFile file("{\"t\": 1.5, \"x\": 2, \"y\": \"b\"}\n{\"y\": \"a\", \"x\": -0.25, \"t\": 2}\n",
                       jsonl({.label = "y", .time = "t"}));
  const TableScan scan = file.scan();
  CHECK(names(scan) == Texts{"y", "t", "x"});
  CHECK(features(scan) == Texts{"x"});
  CHECK(scan.classes == Texts{"a", "b"});
  TableRowReader reader = file.reader();
  CHECK(rows_of(reader) == std::vector<ReadRow>{{1, {2}, 1, 0}, {2, {-0.25F}, 0, 500'000'000}});
  CHECK(json_rows("{\"x\":1,\"y\":2}", {.features = {"y", "x"}}) ==
        std::vector<ReadRow>{{1, {2, 1}, {}, {}}});
}

TEST_CASE("a scan describes a JSONL file as it does any table") {
  const TableFile file("{\"a\":1,\"y\":7,\"s\":\"p q\"}\n\n{\"y\":10,\"a\":2.5,\"z\":null,\"s\":\"\"}\n",
                       jsonl({.label = "y"}));
  CHECK(file.without_path(file.scan().describe()) ==
        fmt::format(" 2 rows, 4 columns, 1 empty line skipped, digest {}\n"
                    "  label  y  integer, 2 classes: 7, 10\n"
                    "  feature  a  number, 1 to 2.5\n"
                    "  unused  s  text, 1 missing\n"
                    "  unused  z  empty, 2 missing\n",
                    hex64(file.scan().digest)));
}

TEST_CASE("what is inside of objects and lists is named by the way to it") {
  const TableFile file("{\"at\":{\"x\":1,\"y\":{\"z\":2}},\"v\":[3,[4,5],{\"w\":6}],\"no\":{},\"none\":[]}",
                       jsonl());
  const TableScan scan = file.scan();
  CHECK(names(scan) == Texts{"at.x", "at.y.z", "v.0", "v.1.0", "v.1.1", "v.2.w"});
  CHECK(json_rows("{\"v\":[1,2]}\n{\"v\":[3,4]}", {.features = {"v.1", "v.0"}}) ==
        std::vector<ReadRow>{{1, {2, 1}, {}, {}}, {2, {4, 3}, {}, {}}});
}

TEST_CASE("values are handed out as they are written") {
  CHECK(
      fields("{\"a\":1.50,\"b\":1e2,\"c\":-7,\"d\":18446744073709551615,\"e\":123456789012345678901234567890,"
             "\"f\":true,\"g\":false,\"h\":null,\"i\":\"\\u00e4\\\"\\n\",\"j\":\"\",\"k\":-"
             "9223372036854775808}") ==
      std::vector<Texts>{{"1.50", "1e2", "-7", "18446744073709551615", "123456789012345678901234567890",
                          "true", "false", "", "\xc3\xa4\"\n", "", "-9223372036854775808"}});
  const std::vector<ReadRow> rows = json_rows(
      "{\"x\":1.00000005960464477626}\n{\"x\":3.4028235e38}\n{\"x\":0.1}\n{\"x\":16777217}\n{\"x\":-0.0}\n"
      "{\"x\":\"2.5\"}");
  // As a double the first is halfway between two floats, and would be rounded down.
  CHECK(rows[0].features[0] == 1 + std::numeric_limits<float>::epsilon());
  CHECK(rows[1].features[0] == std::numeric_limits<float>::max());
  CHECK(rows[2].features[0] == 0.1F);
  CHECK(rows[3].features[0] == 16777216);
  CHECK(std::signbit(rows[4].features[0]));
  CHECK(rows[5].features[0] == 2.5F);
}

TEST_CASE("times are exact to the nanosecond, as numbers and as texts") {
  const auto times = [](const std::string& first, const std::string& second, TableOptions options = {}) {
    options.time = "t";
    return json_rows("{\"t\":" + first + ",\"x\":1}\n{\"t\":" + second + ",\"x\":1}", options)[1].time_ns;
  };
  CHECK(times("1700000000.000000001", "1700000000.000000003") == 2);
  CHECK(times("\"2024-01-01T00:00:00Z\"", "\"2024-01-01T00:00:01.5Z\"") == 1'500'000'000);
  CHECK(times("5", "7", {.time_unit = TimeUnit::kMillisecond, .time_origin = TimeOrigin::kZero}) ==
        7'000'000);
  CHECK(json_error("{\"t\":2,\"x\":1}\n{\"t\":1,\"x\":1}", {.time = "t"}) ==
        "2: t: the time \"1\" is before \"2\", the time of an earlier row");
}

TEST_CASE("a field that is null or absent is missing, whatever texts say so") {
  const std::string bytes =
      "{\"x\":1,\"z\":1}\n{\"x\":null,\"z\":2}\n{\"z\":3}\n{\"x\":\"NA\",\"z\":4}\n{\"x\":5,\"z\":6}\n";
  CHECK(json_rows(bytes, {.missing = Missing::kMean})[2].features == std::vector<float>{3, 3});
  const std::vector<ReadRow> whole = json_rows(bytes, {.missing = Missing::kSkip});
  CHECK(whole == std::vector<ReadRow>{{1, {1, 1}, {}, {}}, {5, {5, 6}, {}, {}}});
  const TableScan scan = TableFile(bytes, jsonl({.missing = Missing::kSkip})).scan();
  CHECK(scan.rows_left_out == 3);
  CHECK(scan.columns[0].missing == 3);
  CHECK(json_rows("{\"x\":null}\n{\"x\":4}\n{\"x\":-999}\n",
                  {.missing = Missing::kMean, .missing_texts = {"-999"}})[0]
            .features[0] == 4);
  CHECK(json_error("{\"x\":1}\n{\"x\":null}") == "2: x: a feature is missing: the field is null");
  CHECK(json_error("{\"x\":1,\"z\":1}\n{\"z\":1}") ==
        "2: x: a feature is missing: the row has no such field");
  CHECK(json_error("{\"x\":1}\n{\"x\":\"?\"}") == "2: x: a feature is missing: the field is \"?\"");
}

TEST_CASE("a column that appears late was missing before") {
  const std::string bytes = "\n{\"a\":1}\n{\"a\":2}\n{\"a\":3,\"b\":4}\n";
  const TableScan mean = TableFile(bytes, jsonl({.missing = Missing::kMean})).scan();
  CHECK(features(mean) == Texts{"a", "b"});
  CHECK(mean.columns[1].missing == 2);
  CHECK(json_rows(bytes, {.missing = Missing::kMean})[0].features == std::vector<float>{1, 4});
  CHECK(json_error(bytes) == "2: b: a feature is missing: the row has no such field");
  CHECK(TableFile(bytes, jsonl({.missing = Missing::kSkip})).scan().rows_left_out == 2);
  CHECK(json_rows(bytes, {.missing = Missing::kSkip}) == std::vector<ReadRow>{{3, {3, 4}, {}, {}}});
  // Nothing is lacking where the late column is text, or not asked for.
  const std::string text = "{\"a\":1}\n{\"a\":2}\n{\"a\":3,\"b\":\"t\"}\n";
  CHECK(json_rows(text, {.missing = Missing::kSkip}).size() == 3);
  CHECK(json_rows(text).size() == 3);
  CHECK(json_rows(bytes, {.features = {"a"}}).size() == 3);
}

TEST_CASE("a name that the options ask for is somewhere in the file") {
  const std::string bytes = "{\"x\":1,\"class\":\"a\"}\n{\"x\":2,\"class\":\"b\"}\n";
  CHECK(json_error(bytes, {.label = "clas"}) ==
        "1: clas: the label is missing: the row has no such field; did you mean \"class\"?");
  CHECK(json_error(bytes, {.features = {"x", "xx"}, .label = "class"}) ==
        "1: xx: a feature is missing: the row has no such field; did you mean \"x\"?");
  CHECK(json_error(bytes, {.label = "clas", .missing = Missing::kSkip}) ==
        " label: there is no column \"clas\"; did you mean 'class'?");
  CHECK(json_error(bytes, {.features = {"number"}, .missing = Missing::kMean}) ==
        " features: there is no column \"number\"; expected one of x, class");
  CHECK(json_rows("{\"x\":1}\n{\"x\":2,\"y\":\"b\"}\n", {.label = "y", .missing = Missing::kSkip}).size() ==
        1);
  CHECK(json_error(bytes, {.label = "x", .time = "x"}) ==
        " time: the column \"x\" is the label, and cannot be the time as well");
}

TEST_CASE("each line that is no object of JSON is refused with what to do") {
  const auto error = [](const std::string& line) { return json_error("{\"a\":1}\n" + line + "\n"); };
  CHECK(error("{\"a\":1,}") == "2:8: is not JSON: unexpected '}'; expected string literal");
  CHECK(error("{\"a\":NaN}") ==
        "2:6: NaN is no number of JSON; write null in place of a number that is missing");
  CHECK_THAT(error("{\"a\": -Infinity}"), StartsWith("2:8: -Infinity is no number of JSON"));
  CHECK_THAT(error("{\"a\":nan, \"b\":1}"), StartsWith("2:7: nan is no number of JSON"));
  CHECK_THAT(error("{'a':1}"), EndsWith("which is not JSON; write it with json.dumps()"));
  CHECK_THAT(error("{\"a\":None}"), EndsWith("which is not JSON; write it with json.dumps()"));
  CHECK_THAT(error("{\"a\":1"), StartsWith("2:7: has no end of its object; each object is on one line"));
  CHECK_THAT(error("{"), StartsWith("2:2: has no end of its object"));
  CHECK_THAT(error("{\"a\":1} {\"a\":2}"), StartsWith("2:9: something follows the object"));
  for (const std::string line : {"[", "[1,2]", " [{\"a\":1},", "[]"})
    CHECK(error(line) ==
          "2: begins a list; each object is on a line of its own: `jq -c '.[]' FILE` writes a list so");
  for (const std::string line : {"1,2", "1", "null", "\"x\"", "true"}) {
    CHECK(error(line) ==
          "2: is no object of JSON: expected one on each line, such as {\"a\": 1.5, \"b\": \"text\"}");
  }
  CHECK_THAT(error("a,b"), StartsWith("2:1: is no object of JSON: expected one on each line, such as {"));
  CHECK_THAT(error("{\"a\":\"\xff\"}"), StartsWith("2:7: a byte that is not UTF-8; convert the file"));
  CHECK_THAT(error("{\"a\":\"x\ty\"}"),
             StartsWith("2:8: is not JSON: invalid string: control character U+0009"));
  CHECK(error("{\"a\":1e999}") == "2: has a number that is beyond the range of a double");
  CHECK(error("{\"a\":1,\"a\":2}") == "2: has the field \"a\" twice");
  CHECK(error("{\"a\":1,\"b\":{\"c\":1},\"b.c\":2}") == "2: has the field \"b.c\" twice");
  CHECK(error("{\"a\":1e39}") == "2: a: \"1e39\" is beyond the range of a 32-bit float");
  CHECK(json_error("{\"a\":1}\n{\"a\":\"x\"}", {.features = {"a"}}) ==
        "2: a: \"x\" is not a number, as a feature must be");
}

TEST_CASE("a file without rows, without features, or packed") {
  CHECK(json_error("\n \n") == " holds no line of text, expected an object on each line");
  CHECK(json_error("") == " is empty: bring it again");
  CHECK(json_error("{}\n") == " has no column of numbers among its 0 that could be a feature");
  CHECK(json_error("{\"a\":\"x\"}\n") == " has no column of numbers among its 1 that could be a feature");
  CHECK(json_rows(gzip("\xef\xbb\xbf{\"a\":1}\r\n{\"a\":2}\r\n")).size() == 2);
}

TEST_CASE("a row has bounds") {
  std::string nested = "1";
  for (std::size_t level = 1; level < kJsonNestingMax; ++level) nested = "{\"a\":" + nested + "}";
  CHECK(json_rows("{\"a\":" + nested + "}").size() == 1);
  CHECK(json_error("{\"a\":{\"a\":" + nested + "}}") ==
        "1: has more than 32 objects and lists inside each other");
  CHECK_THAT(json_error("{\"a\":" + std::string(1'000'000, '[') + "}"), StartsWith("1: has more than 32 "));
  CHECK(json_rows("{\"" + std::string(kJsonNameBytesMax, 'n') + "\":1}").size() == 1);
  CHECK_THAT(json_error("{\"" + std::string(kJsonNameBytesMax + 1, 'n') + "\":1}"),
             StartsWith("1: has a field whose name has 1025 bytes, expected at most 1024: \"nnn"));
  std::string wide = "{\"c\":0";
  for (std::size_t column = 1; column < kJsonColumnsMax; ++column) wide += fmt::format(",\"c{}\":1", column);
  CHECK(json_rows(wide + "}\n").size() == 1);
  CHECK(json_error(wide + ",\"one\":1}") == "1: has more fields than the 100000 that a table may have");
  CHECK(json_error(wide + "}\n{\"one\":1}") == "2: has more fields than the 100000 that a table may have");
}

TEST_CASE("a JSONL file that has changed since it was scanned is refused") {
  const auto error = [](const std::string& changed) {
    TableFile file("{\"x\":1,\"y\":\"a\"}\n{\"x\":2,\"y\":\"b\"}\n", jsonl({.label = "y"}));
    TableRowReader reader = file.reader();
    file.rewrite(changed);
    return file.without_path(input_error([&] {
      reader.rewind();
      rows_of(reader);
    }));
  };
  const std::string kChanged = " has changed since it was scanned; leave it as it is while it is read";
  CHECK(error("{\"x\":1,\"y\":\"a\"}\n{\"x\":2,\"y\":\"b\"}\n") == "");
  CHECK(error("{\"x\":1,\"y\":\"a\"}\n{\"x\":3,\"y\":\"b\"}\n") == kChanged);
  CHECK(error("{\"x\":1,\"y\":\"c\"}\n{\"x\":2,\"y\":\"b\"}\n") == kChanged);
  CHECK(error("{\"x\":1,\"y\":\"a\",\"new\":1}\n{\"x\":2,\"y\":\"b\"}\n") == kChanged);
}

TEST_CASE("the same rows in CSV and in JSONL give the same features, labels and times") {
  std::string csv = "t,a,b,y\n";
  std::string json;
  for (int row = 0; row < 3000; ++row) {
    const std::string a = fmt::format("{}.{:04}e{}", row % 7, row * 7919 % 10'000, row % 41 - 20);
    const std::string b = fmt::format("-{}", row * 104'729);
    csv += fmt::format("{}.000000{:03},{},{},c{}\n", row, row % 1000, a, b, row % 5);
    json += fmt::format("{{\"b\":{},\"y\":\"c{}\",\"a\":{},\"t\":{}.000000{:03}}}\n", b, row % 5, a, row,
                        row % 1000);
  }
  const TableOptions options{.features = {"a", "b"}, .label = "y", .time = "t"};
  CHECK(json_rows(json, options) == rows_of(csv, options));
}
