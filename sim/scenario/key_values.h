// Reads a table of a scenario by the keys of a kind.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "access/permissions.h"
#include "dse/key_info.h"
#include "dse/kind_table.h"
#include "dse/tables.h"
#include "sim/scenario/table_reader.h"

namespace dse {

// Where a scenario is read: what its paths are relative to, and what it may name.
struct ReadingPlace {
  const std::filesystem::path& folder;
  const Tables& tables;
  // What the scenario's [data.NAME] describe.
  const std::map<std::string, std::shared_ptr<const DataSource>>& data;
  // Takes the names of those that some component names.
  std::set<std::string>& named_data;
  // Those of [user.NAME].
  const std::map<std::string, Permissions>& users;
};

class KeyValues {
 public:
  // All must outlive this object.
  KeyValues(TableReader& table, const ReadingPlace& reading) : table_(table), reading_(reading) {}

  // The key's value, or its fallback. Throws InputError when it is missing or wrong.
  KeyValue value(const KeyInfo& key);
  InputPlace place(std::string_view key);
  // Reads the keys that have not been asked for yet, so that they are checked as well, and refuses unknown
  // keys in tables within.
  void finish(const Kind& kind);
  // Refuses keys that neither the kind nor `others` has, in the table and in those within. After an error,
  // which an unknown key may explain: what is missing was misspelled.
  void refuse_unknown(const Kind& kind, std::span<const std::string_view> others);

 private:
  // The table that holds the key, and its name there. Null when that table is not there.
  struct Holder {
    TableReader* table;
    std::string_view name;
  };
  Holder holder_of(std::string_view key);
  KeyValue value_there(TableReader& table, std::string_view name, const KeyInfo& key) const;
  std::string file_path(TableReader& table, std::string_view name) const;

  TableReader& table_;
  const ReadingPlace& reading_;
  std::map<std::string, std::unique_ptr<TableReader>> inner_;  // by key; null when the table is not there
};

}  // namespace dse
