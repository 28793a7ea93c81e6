// The table of fingerprints as editors and checkouts on Windows leave it.
#include <fstream>
#include <iterator>

#include "sim/regression/fingerprint_table.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::string kTable =
    "file,seed,events,payload,draws,predictions,models,version\n"
    "a.toml,1,0000000000000001,0000000000000002,0000000000000003,0000000000000004,000000000000000f,0.1.0\n"
    "b.toml,2,0000000000000001,0000000000000002,0000000000000003,0000000000000004,000000000000000f,0.1.0\n";
const std::string kByteOrderMark = "\xef\xbb\xbf";

std::string with_crlf(const std::string& text) {
  std::string result;
  for (const char c : text) result += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return result;
}

struct Folder {
  TemporaryFolder folder;
  std::string path = folder.file("fingerprints.csv");

  FingerprintTable table(const std::string& content) const {
    std::ofstream(path, std::ios::binary) << content;
    return FingerprintTable(path);
  }
};

}  // namespace

TEST_CASE("fingerprint table: with other line ends and a byte order mark it is the same table") {
  const Folder folder;
  const auto rows = folder.table(kTable).rows();
  REQUIRE(rows.size() == 2);
  CHECK(folder.table(with_crlf(kTable)).rows() == rows);
  CHECK(folder.table(kByteOrderMark + kTable).rows() == rows);
  CHECK(folder.table(kByteOrderMark + with_crlf(kTable)).rows() == rows);
}

TEST_CASE("fingerprint table: it is written with line feeds alone") {
  const Folder folder;
  folder.table(kByteOrderMark + with_crlf(kTable)).write();
  std::ifstream file(folder.path, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == kTable);
}

TEST_CASE("fingerprint table: carriage returns elsewhere are still damage") {
  const Folder folder;
  const std::string row =
      "a.toml,1,0000000000000001,0000000000000002,0000000000000003,0000000000000004,000000000000000f,";
  const std::string header = kTable.substr(0, kTable.find('\n') + 1);
  CHECK_THAT(input_error([&] { folder.table(header.substr(0, header.size() - 1) + "\rx\n"); }),
             ContainsSubstring(":1:1: expected the line file,"));
  CHECK_THAT(input_error([&] { folder.table(header + row + "\r\n"); }),
             ContainsSubstring(":2:95: version: ''"));
  CHECK_THAT(input_error([&] { folder.table(header + row + "0.1.0\r"); }),
             ContainsSubstring("the file is cut short"));
}
