#include "dataset/table_scan.h"

#include <fmt/format.h>

#include "dse/hash.h"
#include "support/catch.h"
#include "table_files.h"

using namespace dse;
using Catch::Matchers::StartsWith;

namespace {

std::vector<std::string> names(const std::vector<std::size_t>& columns, const TableScan& scan) {
  std::vector<std::string> result;
  for (const std::size_t column : columns) result.push_back(scan.columns[column].name);
  return result;
}

std::vector<std::string> types(const TableScan& scan) {
  std::vector<std::string> result;
  for (const TableColumn& column : scan.columns) result.emplace_back(name(column.type));
  return result;
}

using Texts = std::vector<std::string>;

// The classes of a table whose labels these are.
Texts classes_of(const Texts& labels) {
  std::string bytes = "x,y\n";
  for (const std::string& label : labels) bytes += "1," + label + "\n";
  return TableFile(bytes, {.label = "y"}).scan().classes;
}

}  // namespace

TEST_CASE("a scan tells the types of columns, and which are features") {
  const std::string bytes = "n,i,t,e,y,m\n1,1,a,,0,NA\n2.5,-2,1,NA,1,7\n1e3,+3,,?,0,null\n";
  const TableFile file(bytes, {.label = "y", .missing = Missing::kMean});
  const TableScan scan = file.scan();
  CHECK(types(scan) == Texts{"number", "integer", "text", "empty", "integer", "integer"});
  CHECK(names(scan.features, scan) == Texts{"n", "i", "m"});
  CHECK(scan.label == 4U);
  CHECK(scan.classes == Texts{"0", "1"});
  CHECK(scan.rows == 3);
  CHECK(scan.rows_left_out == 0);
  CHECK(scan.digest == hash_text(bytes));
  std::vector<std::uint64_t> missing;
  for (const TableColumn& column : scan.columns) missing.push_back(column.missing);
  CHECK(missing == std::vector<std::uint64_t>{0, 0, 1, 3, 0, 2});
  REQUIRE(scan.columns[0].numbers);
  CHECK(scan.columns[0].numbers->least == 1);
  CHECK(scan.columns[0].numbers->most == 1000);
  CHECK(scan.columns[0].numbers->mean == (1 + 2.5 + 1000) / 3);
  CHECK(scan.columns[5].numbers->mean == 7);
  CHECK_FALSE(scan.columns[2].numbers);
}

TEST_CASE("a scan describes itself") {
  const TableFile file("t,len gth,y,note\n10,1,b,\n11.5,2.5,a,x\n\n12,-1,b,\n", {.label = "y", .time = "t"});
  CHECK(file.without_path(file.scan().describe()) ==
        fmt::format(" 3 rows, 4 columns, 1 empty line skipped, digest {}\n"
                    "  time  t  number, 10 to 12, from 10 to 12, 2s in all\n"
                    "  feature  \"len gth\"  number, -1 to 2.5\n"
                    "  label  y  text, 2 classes: a, b\n"
                    "  unused  note  text, 2 missing\n",
                    hex64(file.scan().digest)));
}

TEST_CASE("a column that turns to text late is text after all") {
  std::string bytes = "a,b\n";
  for (int row = 1; row <= 50'000; ++row) bytes += "1,2\n";
  bytes += "1,x\n";
  const TableScan scan = TableFile(bytes).scan();
  CHECK(names(scan.features, scan) == Texts{"a"});
  CHECK(types(scan) == Texts{"integer", "text"});
  CHECK(scan_error(bytes, {.features = {"a", "b"}}) ==
        "50002:2: b: \"x\" is not a number, as a feature must be");
}

TEST_CASE("a listed feature that is no number is refused with its place") {
  const TableOptions listed{.features = {"b"}};
  CHECK(scan_error("a;b\n1;1\n2;1,5\n", {.separator = ';', .features = {"b"}}) ==
        "3:2: b: \"1,5\" is not a number, as a feature must be; decimals are written with a point");
  CHECK(scan_error("a,b\n1,1e39\n", listed) == "2:2: b: \"1e39\" is beyond the range of a 32-bit float");
  CHECK(scan_error("a,b\n1,-1e999\n", listed) == "2:2: b: \"-1e999\" is beyond the range of a 32-bit float");
  for (const std::string text : {"inf", "-Infinity", "nan", "-NAN", "+inf"}) {
    CHECK(scan_error("a,b\n1," + text + "\n", listed) ==
          fmt::format(
              "2:2: b: \"{}\" is no finite number; if it means that the value is missing, list it among "
              "the texts that mean this",
              text));
  }
  CHECK(scan_error("a,b\n1,?\n", listed) == "2:2: b: a feature is missing: the field is \"?\"");
  const std::string long_text(200, 'z');
  CHECK(scan_error("a,b\n1," + long_text + "\n", listed) ==
        fmt::format("2:2: b: \"{}\" and so on, 200 bytes is not a number, as a feature must be",
                    long_text.substr(0, 100)));
}

TEST_CASE("a column of numbers with a wrong one is refused as soon as it is a feature") {
  CHECK_THAT(scan_error("a,b\n1,2\n3,nan\n"), StartsWith("3:2: b: \"nan\" is no finite number"));
  CHECK_THAT(scan_error("a,b\n1,nan\n3,nan\n"), StartsWith("2:2: b: \"nan\" is no finite number"));
  CHECK_THAT(scan_error("a,b\n1,\n,2\n"), StartsWith("2:2: b: a feature is missing: the field is \"\""));
  CHECK_THAT(scan_error("a,b\n1,2\n1e40,2\n"), StartsWith("3:1: a: \"1e40\" is beyond"));
  // In a column of text, they are text.
  CHECK(TableFile("a,b\n1,nan\n2,\n3,1e99\n4,x\n").scan().features == std::vector<std::size_t>{0});
  CHECK(TableFile("a,b\n1,nan\n", {.missing = Missing::kMean, .missing_texts = {"nan"}}).scan().features ==
        std::vector<std::size_t>{0});
}

TEST_CASE("classes are in order as numbers, or bytewise") {
  CHECK(classes_of({"10", "9", "-1", "9"}) == Texts{"-1", "9", "10"});
  CHECK(classes_of({"1", "01", "0", "-0", "+1"}) == Texts{"-0", "0", "+1", "01", "1"});
  CHECK(classes_of({"100000000000000000000000", "99999999999999999999999", "-100000000000000000000000"}) ==
        Texts{"-100000000000000000000000", "99999999999999999999999", "100000000000000000000000"});
  CHECK(classes_of({"10", "9", "x"}) == Texts{"10", "9", "x"});
  CHECK(classes_of({"1.5", "10"}) == Texts{"1.5", "10"});
  CHECK(classes_of({"b", "a", "B", "\xc3\xa4"}) == Texts{"B", "a", "b", "\xc3\xa4"});
}

TEST_CASE("listed classes keep their order, and a label must be one of them") {
  const TableOptions options{.label = "y", .classes = {"up", "down", "NA"}};
  CHECK(TableFile("x,y\n1,down\n2,NA\n", options).scan().classes == Texts{"up", "down", "NA"});
  CHECK(scan_error("x,y\n1,down\n2,donw\n", options) ==
        "3:2: y: the label \"donw\" is none of the classes; did you mean 'down'?");
  CHECK(scan_error("x,y\n1,2\n", {.label = "y", .classes = {"a", "a"}}) == " classes: lists \"a\" twice");
  CHECK_THAT(scan_error("x,y\n1,2\n", {.classes = {"a"}}), StartsWith(" classes: there are classes, but"));
}

TEST_CASE("there are at most 65,536 classes, and they are UTF-8") {
  std::string bytes = "x,y\n";
  for (std::size_t label = 0; label < kClassesMax; ++label) bytes += fmt::format("1,{}\n", label);
  CHECK(TableFile(bytes, {.label = "y"}).scan().classes.size() == kClassesMax);
  CHECK(scan_error(bytes + "1,new\n", {.label = "y"}) ==
        "65538:2: y: the label \"new\" is one more than 65536 distinct labels; is the column a number to "
        "predict, "
        "or an identifier?");
  CHECK_THAT(scan_error("x,y\n1,\xe4\n", {.label = "y"}),
             StartsWith("2:2: y: the label \"\\xe4\" is not UTF-8; convert the file"));
}

TEST_CASE("labels and times may be missing only where rows are skipped") {
  const std::string bytes = "t,x,y\n1,2,a\n2,3,?\n,4,b\n";
  CHECK_THAT(scan_error(bytes, {.label = "y"}), StartsWith("3:3: y: the label is missing"));
  CHECK_THAT(scan_error(bytes, {.label = "y", .missing = Missing::kMean}),
             StartsWith("3:3: y: the label is missing"));
  CHECK_THAT(scan_error(bytes, {.time = "t"}), StartsWith("4:1: t: the time is missing"));
  const TableScan scan = TableFile(bytes, {.label = "y", .missing = Missing::kSkip, .time = "t"}).scan();
  CHECK(scan.rows == 3);
  CHECK(scan.rows_left_out == 2);
  CHECK(scan.columns[2].missing == 1);
  CHECK(scan.classes == Texts{"a", "b"});
}

TEST_CASE("rows are left out only for features, even if those are known late") {
  std::string bytes = "a,b,c\n1,,\n2,,3\n,x,4\n";
  const TableScan scan = TableFile(bytes, {.missing = Missing::kSkip}).scan();
  CHECK(names(scan.features, scan) == Texts{"a", "c"});
  CHECK(scan.rows_left_out == 2);
  CHECK(scan_error("a\nNA\n?\n", {.features = {"a"}, .missing = Missing::kSkip}) ==
        " has no row without a missing value: all 2 would be left out");
}

TEST_CASE("times are in order, and as the options say") {
  const auto times = [](const std::string& bytes, TableOptions options) {
    options.time = "t";
    return *TableFile(bytes, options).scan().times;
  };
  const auto error = [](const std::string& bytes, TableOptions options) {
    options.time = "t";
    return scan_error(bytes, options);
  };
  const std::string dates = "t,x\n2017-03-01T12:00:00Z,1\n2017-03-01 13:00:00.5+01:00,2\n";
  CHECK(times(dates, {}).first_ns == 0);
  CHECK(times(dates, {}).last_ns == 500'000'000);
  CHECK(times(dates, {.time_origin = TimeOrigin::kZero}).first_ns == 1'488'369'600'000'000'000);
  CHECK(times("t,x\n5,1\n 5 ,1\n7,1\n", {.time_unit = TimeUnit::kMillisecond}).last_ns == 2'000'000);
  CHECK(error("t,x\n1.5,1\n1.25,2\n", {}) ==
        "3:1: t: the time \"1.25\" is before \"1.5\", the time of an earlier row");
  CHECK(error("t,x\n1.5,1\n2017-03-01,2\n", {}) == "3:1: t: the time \"2017-03-01\" is not a number");
  CHECK_THAT(error("t,x\n2017-03-01,1\n5,2\n", {}),
             StartsWith("3:1: t: the time \"5\" is not a date and time"));
  CHECK_THAT(error("t,x\n2017-03-01,1\n", {.time_unit = TimeUnit::kSecond}),
             ContainsSubstring("is not a number"));
  CHECK_THAT(error("t,x\n-1,1\n", {.time_origin = TimeOrigin::kZero}),
             StartsWith("2:1: t: the time \"-1\" is before 0"));
  CHECK_THAT(error("t,x\n0,1\n9223372037,1\n", {}), ContainsSubstring("more than 292 years"));
}

TEST_CASE("options that name no column, or the wrong one, are refused") {
  const std::string bytes = "time,width,class\n1,2,a\n";
  CHECK(scan_error(bytes, {.label = "clas"}) == " label: there is no column \"clas\"; did you mean 'class'?");
  CHECK_THAT(scan_error(bytes, {.features = {"x"}}), StartsWith(" features: there is no column \"x\""));
  CHECK_THAT(scan_error(bytes, {.time = "tim"}), StartsWith(" time: there is no column \"tim\""));
  CHECK_THAT(scan_error(bytes, {.features = {"class"}, .label = "class"}),
             ContainsSubstring("cannot be a feature"));
  CHECK_THAT(scan_error(bytes, {.label = "time", .time = "time"}),
             ContainsSubstring("cannot be the time as well"));
  CHECK_THAT(scan_error(bytes, {.features = {"width", "width"}}), ContainsSubstring("is listed twice"));
  const TableScan scan = TableFile(bytes, {.features = {"width", "time"}, .time = "time"}).scan();
  CHECK(names(scan.features, scan) == Texts{"width", "time"});
  CHECK_THAT(scan_error("a,b\nx,y\n"), StartsWith(" has no column of numbers among its 2"));
}

TEST_CASE("columns have names of their own") {
  const TableScan numbered = TableFile("1,2,a\n", {.header = false, .label = "3"}).scan();
  CHECK(numbered.rows == 1);
  CHECK(names(numbered.features, numbered) == Texts{"1", "2"});
  const TableScan unnamed = TableFile(",b\n0,1\n").scan();  // as pandas writes its index
  CHECK(names(unnamed.features, unnamed) == Texts{"1", "b"});
  CHECK_THAT(scan_error("a,b,a\n1,2,3\n"),
             StartsWith("1:3: the column name \"a\" is that of column 1 as well"));
  CHECK_THAT(scan_error("a,\xe4\n1,2\n"), ContainsSubstring("is not UTF-8"));
}

TEST_CASE("a table has rows, each with as many fields as there are columns") {
  CHECK(scan_error("a,b\n1,2\n3\n") == "3:2: a row of 1 field, expected 2 as in the header");
  CHECK(scan_error("a,b\n1,2\n3,4,\n") == "3:3: a row of 3 fields, expected 2 as in the header");
  CHECK(scan_error("1,2\n3\n", {.header = false}) == "2:2: a row of 1 field, expected 2 as in the first row");
  CHECK(scan_error("a,b\n") == " holds a header of 2 columns and no row, expected at least one row");
  CHECK(scan_error("\n") == " holds no line of text, expected a header and rows");
  CHECK_THAT(scan_error(""), StartsWith(" is empty"));
}

TEST_CASE("a table of 10,000 columns is one") {
  std::string header;
  std::string row;
  for (int column = 0; column < 10'000; ++column) {
    header += fmt::format("{}c{}", column > 0 ? "," : "", column);
    row += fmt::format("{}{}", column > 0 ? "," : "", column * 0.5);
  }
  std::string bytes = header + "\n";
  for (int index = 0; index < 20; ++index) bytes += row + "\n";
  TableFile file(bytes, {.label = "c9999"});
  CHECK(file.scan().features.size() == 9'999);
  TableRowReader reader = file.reader();
  CHECK(reader.next()->features[9'998] == 4'999);
}
