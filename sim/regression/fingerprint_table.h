// fingerprints.csv: what the scenarios of one folder gave when they were last known to be right, one row
// each. docs/regression.md describes its format.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/record/fingerprint_hasher.h"

namespace dse {

struct FingerprintRow {
  std::string file;        // the scenario's file name, in the folder of the table
  std::uint64_t seed = 0;  // the scenario's own seed
  Fingerprints fingerprints;
  std::string version;  // that of dse when the row was written

  bool operator==(const FingerprintRow&) const = default;
};

// The five fingerprints by name, in the order of the columns: "events", ...
std::vector<std::pair<std::string, std::string Fingerprints::*>> fingerprint_members();
// The names of the fingerprints in which the two differ.
std::vector<std::string> differing_fingerprints(const Fingerprints& a, const Fingerprints& b);

class FingerprintTable {
 public:
  // The table's file name in a folder of scenarios.
  static constexpr const char* kFileName = "fingerprints.csv";

  // Reads the table in `path`; a missing file counts as an empty table. Throws InputError with line, column
  // and what was expected when the file is damaged.
  explicit FingerprintTable(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  // The rows by file name.
  const std::map<std::string, FingerprintRow>& rows() const { return rows_; }
  // The scenario's row, nullptr when it has none; valid until the table changes.
  const FingerprintRow* find(const std::string& file) const;

  // Whether a scenario of this file name can have a row: the name must not be empty or hold a comma,
  // quotation mark or control character.
  static bool can_hold(std::string_view file);
  // Replaces the row of this file, or adds it. The table must be able to hold its name.
  void put(const FingerprintRow& row);
  void erase(const std::string& file) { rows_.erase(file); }
  // Writes the table under a temporary name, then renames it. Throws RunError when that fails.
  void write() const;

 private:
  std::filesystem::path path_;
  std::map<std::string, FingerprintRow> rows_;
};

}  // namespace dse
