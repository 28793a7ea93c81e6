#include "dataset/table_row_reader.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <fstream>
#include <limits>

#include "support/catch.h"
#include "table_files.h"

using namespace dse;

namespace {

std::uint64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
}

}  // namespace

TEST_CASE("rows have features, a label and a time") {
  const std::vector<ReadRow> rows =
      rows_of("t,x,y,z\n10,1.5,b, 2\n10.25,-1e3,a,+3\n", {.label = "y", .time = "t"});
  CHECK(rows == std::vector<ReadRow>{{1, {1.5F, 2}, 1, 0}, {2, {-1000, 3}, 0, 250'000'000}});
  CHECK(rows_of("x,y\n1,2\n", {.features = {"y", "x"}}) == std::vector<ReadRow>{{1, {2, 1}, {}, {}}});
}

TEST_CASE("a feature is the float nearest to its decimal number") {
  // 1 + 2^-24 + 2^-60: as a double it is halfway between two floats, and would be rounded down.
  const std::vector<ReadRow> rows =
      rows_of("x\n1.00000005960464477626\n3.4028235e38\n1e-50\n0.1\n16777217\n-0\n");
  CHECK(rows[0].features[0] == 1 + std::numeric_limits<float>::epsilon());
  CHECK(rows[1].features[0] == std::numeric_limits<float>::max());
  CHECK(rows[2].features[0] == 0);
  CHECK(rows[3].features[0] == 0.1F);
  CHECK(rows[4].features[0] == 16777216);
  CHECK(std::signbit(rows[5].features[0]));
}

TEST_CASE("what is missing becomes the mean of the whole column") {
  const std::vector<ReadRow> rows = rows_of("x,z\n?,1\n1,NA\n2,3\n,5\n", {.missing = Missing::kMean});
  CHECK(rows ==
        std::vector<ReadRow>{
            {1, {1.5F, 1}, {}, {}}, {2, {1, 3}, {}, {}}, {3, {2, 3}, {}, {}}, {4, {1.5F, 5}, {}, {}}});
  CHECK(rows_of("x\n-999\n4\n", {.missing = Missing::kMean, .missing_texts = {"-999"}})[0].features[0] == 4);
}

TEST_CASE("rows that lack a value are left out, and keep their number") {
  TableFile file("t,x,y\n1,1,a\n2,,b\n3,3,\n,4,a\n5,5,b\n",
                 {.label = "y", .missing = Missing::kSkip, .time = "t"});
  CHECK(file.scan().rows_left_out == 3);
  TableRowReader reader = file.reader();
  CHECK(rows_of(reader) == std::vector<ReadRow>{{1, {1}, 0, 0}, {5, {5}, 1, 4'000'000'000}});
}

TEST_CASE("the first row's time is the origin even if the row is left out") {
  const std::vector<ReadRow> rows = rows_of("t,x\n1,\n3,3\n", {.missing = Missing::kSkip, .time = "t"});
  CHECK(rows == std::vector<ReadRow>{{2, {3}, {}, 2'000'000'000}});
}

TEST_CASE("a reader begins again") {
  TableFile file("t,x,y\n1,1,a\n2,2,b\n", {.label = "y", .time = "t"});
  TableRowReader reader = file.reader();
  reader.next();
  reader.rewind();
  const std::vector<ReadRow> rows = rows_of(reader);
  CHECK(rows.size() == 2);
  CHECK_FALSE(reader.next());
  reader.rewind();
  CHECK(rows_of(reader) == rows);
}

TEST_CASE("a file that has changed since it was scanned is refused") {
  const auto error = [](const std::string& changed) {
    TableFile file("x,y\n1,a\n2,b\n", {.label = "y"});
    TableRowReader reader = file.reader();
    file.rewrite(changed);
    return file.without_path(input_error([&] {
      reader.rewind();
      rows_of(reader);
    }));
  };
  const std::string kChanged = " has changed since it was scanned; leave it as it is while it is read";
  CHECK(error("x,y\n1,a\n2,b\n") == "");
  CHECK(error("x,y\n1,a\n3,b\n") == kChanged);
  CHECK(error("x,y\n1,c\n2,b\n") == kChanged);
  CHECK(error("x,y,z\n1,c,1\n2,b,1\n") == kChanged);
  CHECK(error("x,y\n1,a\n") == kChanged);
  CHECK_THAT(error("x,y\n?,a\n2,b\n"), ContainsSubstring("2:1: x: a feature is missing"));
  CHECK_THAT(error("x,y\nz,a\n2,b\n"), ContainsSubstring("2:1: x: \"z\" is not a number"));
}

TEST_CASE("memory does not depend on how long the table is") {
#if defined(DSE_SANITIZE_ADDRESS)
  WARN("not tested: the sanitizer keeps what was freed");
  return;
#endif
  const TemporaryFolder folder;
  const std::string path = folder.file("table");
  const TableFormat format = GENERATE(TableFormat::kCsv, TableFormat::kJsonl);
  const auto row_of = [&](int row) {
    if (format == TableFormat::kCsv) return fmt::format("{}.125,{},label{}\n", row, -row, row % 7);
    return fmt::format("{{\"a\":{}.125,\"b\":{},\"y\":\"label{}\"}}\n", row, -row, row % 7);
  };
  const auto grow = [&](int blocks) {
    std::string block;
    for (int row = 0; row < 10'000; ++row) block += row_of(row);
    std::ofstream file(path, std::ios::binary);
    if (format == TableFormat::kCsv) file << "a,b,y\n";
    for (int index = 0; index < blocks; ++index) file << block;
  };
  const auto peak = [&] {
    const TableOptions options{.file = path, .format = format, .label = "y"};
    TableRowReader reader(options, std::make_shared<const TableScan>(scan_table(options)));
    while (reader.next()) {
    }
    return peak_memory_bytes();
  };
  grow(1);
  const std::uint64_t small = peak();
  grow(100);  // 20 MB, or 40
  CHECK(peak() - small < 4'000'000);
}
