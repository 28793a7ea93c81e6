// fingerprints.csv: what the scenarios of one folder gave when they were last known to be right, a row each.
// docs/regression.md is its format.
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
  std::uint64_t seed = 0;  // the scenario's own
  Fingerprints fingerprints;
  std::string version;  // of dse, when the row was written

  bool operator==(const FingerprintRow&) const = default;
};

// The five by name, in the order of the columns: "events", ...
std::vector<std::pair<std::string, std::string Fingerprints::*>> fingerprint_members();
// The names of those in which the two differ.
std::vector<std::string> differing_fingerprints(const Fingerprints& a, const Fingerprints& b);

class FingerprintTable {
 public:
  // Its name in a folder of scenarios.
  static constexpr const char* kFileName = "fingerprints.csv";

  // Reads the table in `path`; no such file is an empty table. Throws InputError with line, column and what
  // was expected when the file is damaged.
  explicit FingerprintTable(std::filesystem::path path);

  const std::filesystem::path& path() const { return path_; }
  // By file name.
  const std::map<std::string, FingerprintRow>& rows() const { return rows_; }
  // The scenario's row, nullptr when it has none; good until the table changes.
  const FingerprintRow* find(const std::string& file) const;

  // Whether a scenario of this file name can have a row: it is a name, without comma, quotation mark or
  // control character.
  static bool can_hold(std::string_view file);
  // Replaces the row of this file, or adds it. Its name is one that a table can hold.
  void put(const FingerprintRow& row);
  void erase(const std::string& file) { rows_.erase(file); }
  // Writes the table under another name, and renames it. Throws RunError when that fails.
  void write() const;

 private:
  std::filesystem::path path_;
  std::map<std::string, FingerprintRow> rows_;
};

}  // namespace dse
