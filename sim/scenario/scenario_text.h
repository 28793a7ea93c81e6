// A scenario's table as text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "dse/kind_table.h"
#include "sim/scenario/toml_types.h"

namespace dse {

// TOML that reads back as `root`: first the keys without a table, then the tables, with components in the
// order of the file.
std::string scenario_text(const toml::table& root);

// Whether TOML accepts the key without quotes.
bool is_bare_key(std::string_view key);
// The key as TOML has it, and a string, on one line.
std::string toml_key(std::string_view key);
std::string toml_string(std::string_view text);

// Rewrites the paths of data files, which are relative to the scenario's folder `from`, to be relative to
// `to`, so that the system finds the same files whatever symbolic links are on the way. Absolute paths stay.
struct Move {
  const std::filesystem::path& from;
  const std::filesystem::path& to;
};
void move_data_paths(toml::table& root, const KindTable& kinds, const Move& move);

}  // namespace dse
