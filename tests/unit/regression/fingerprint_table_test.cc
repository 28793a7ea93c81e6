// The table with which scenarios are compared: what it accepts, what it refuses, and what it writes.
#include "sim/regression/fingerprint_table.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

const std::string kHeader = "file,seed,events,payload,draws,predictions,models,version\n";
const std::string kHashes =
    "0000000000000001,0000000000000002,0000000000000003,0000000000000004,000000000000000f";

struct Folder {
  TemporaryFolder folder;
  std::string path = folder.file("fingerprints.csv");

  std::string content() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  FingerprintTable table(const std::string& content) const {
    std::ofstream(path, std::ios::binary) << content;
    return FingerprintTable(path);
  }
  // What the user is told about a table with this content, after its path.
  std::string refusal(const std::string& content) const {
    const std::string error = input_error([&] { table(content); });
    return error.starts_with(path) ? error.substr(path.size()) : "not about the table: " + error;
  }
};

}  // namespace

TEST_CASE("fingerprint table: no file is an empty table") {
  const Folder folder;
  CHECK(FingerprintTable(folder.path).rows().empty());
  CHECK(folder.table(kHeader).rows().empty());
}

TEST_CASE("fingerprint table: rows are read") {
  const Folder folder;
  const FingerprintTable table = folder.table(kHeader + "b.toml,18446744073709551615," + kHashes +
                                              ",0.1.0\na b.toml,0," + kHashes + ",2\n");
  CHECK(table.rows().size() == 2);
  CHECK(table.find("c.toml") == nullptr);
  REQUIRE(table.find("b.toml") != nullptr);
  CHECK(*table.find("b.toml") == FingerprintRow{.file = "b.toml",
                                                .seed = UINT64_MAX,
                                                .fingerprints = {.events = "0000000000000001",
                                                                 .payload = "0000000000000002",
                                                                 .draws = "0000000000000003",
                                                                 .predictions = "0000000000000004",
                                                                 .models = "000000000000000f"},
                                                .version = "0.1.0"});
}

TEST_CASE("fingerprint table: what is damaged is refused with line, column, key and what was expected") {
  const Folder folder;
  const std::string header =
      ":1:1: expected the line file,seed,events,payload,draws,predictions,models,version";
  CHECK(folder.refusal("") == header);
  CHECK(folder.refusal("file,seed\n") == header);
  CHECK(folder.refusal("a.toml,1," + kHashes + ",0.1.0\n") == header);

  const auto refusal = [&](const std::string& row) { return folder.refusal(kHeader + row); };
  CHECK(refusal("a.toml,1," + kHashes + "\n") ==
        ":2:1: has 7 fields, expected 8: file,seed,events,payload,draws,predictions,models,version");
  CHECK_THAT(refusal("a.toml,1," + kHashes + ",0.1.0,\n"), Catch::Matchers::StartsWith(":2:1: has 9 fields"));
  CHECK_THAT(refusal("\n"), Catch::Matchers::StartsWith(":2:1: has 1 fields"));
  CHECK_THAT(refusal("<<<<<<< HEAD\n"), Catch::Matchers::StartsWith(":2:1: has 1 fields"));
  CHECK(refusal(",1," + kHashes + ",0.1.0\n") ==
        ":2:1: file: '': expected the name of a scenario file in this folder");
  CHECK_THAT(refusal("../a.toml,1," + kHashes + ",0.1.0\n"),
             Catch::Matchers::StartsWith(":2:1: file: '../a.toml': expected the name"));
  for (const std::string seed : {"", "x", "-1", "1.5", " 1", "18446744073709551616"}) {
    CHECK(refusal("a.toml," + seed + "," + kHashes + ",0.1.0\n") ==
          ":2:8: seed: '" + seed + "': expected an integer from 0 to 18446744073709551615");
  }
  for (const std::string draws : {"", "3", "00000000000000003", "000000000000000g", "000000000000000F"}) {
    CHECK(refusal("a.toml,1,0000000000000001,0000000000000002," + draws +
                  ",0000000000000004,0000000000000005,0.1.0\n") ==
          ":2:44: draws: '" + draws + "': expected 16 digits of 0 to 9 and a to f");
  }
  CHECK(refusal("a.toml,1," + kHashes + ",\n") ==
        ":2:95: version: '': expected the version of dse that wrote the row");
  CHECK(refusal("a.toml,1," + kHashes + ",0.1.0\na.toml,2," + kHashes + ",0.1.0\n") ==
        ":3:1: file: 'a.toml' has a row in line 2 already: expected one a scenario");
  CHECK(refusal("a.toml,1," + kHashes + ",0.1") ==
        ":2:98: expected the end of the line: the file is cut short");
}

TEST_CASE("fingerprint table: a folder of its name is refused") {
  const Folder folder;
  std::filesystem::create_directory(folder.path);
  CHECK_THAT(
      input_error([&] { FingerprintTable table(folder.path); }),
      Catch::Matchers::StartsWith(folder.path + ": cannot be read: expected a table that begins with file,"));
}

TEST_CASE("fingerprint table: is written sorted, and read back the same") {
  const Folder folder;
  const std::string b = "b.toml,7," + kHashes + ",0.1.0\n";
  const std::string a = "a.toml,7," + kHashes + ",0.1.0\n";
  FingerprintTable table = folder.table(kHeader + b + "c.toml,7," + kHashes + ",0.1.0\n");
  FingerprintRow row = *table.find("b.toml");
  row.file = "a.toml";
  table.put(row);
  table.erase("c.toml");
  table.write();
  CHECK(folder.content() == kHeader + a + b);
  CHECK(FingerprintTable(folder.path).rows() == table.rows());
  // Nothing else is left in the folder.
  CHECK(std::distance(std::filesystem::directory_iterator(folder.folder.path()), {}) == 1);
}

TEST_CASE("fingerprint table: a name that would break a row is no name for a scenario") {
  CHECK(FingerprintTable::can_hold("naïve scenario.toml"));
  for (const std::string bad : {"", "a,b.toml", "a\"b.toml", "a\nb.toml", "a/b.toml"})
    CHECK(!FingerprintTable::can_hold(bad));
}

TEST_CASE("fingerprint table: the names of what differs") {
  const Fingerprints one{.events = "1", .payload = "2", .draws = "3", .predictions = "4", .models = "5"};
  Fingerprints other = one;
  CHECK(differing_fingerprints(one, other).empty());
  other.events = other.models = "6";
  CHECK(differing_fingerprints(one, other) == std::vector<std::string>{"events", "models"});
}
