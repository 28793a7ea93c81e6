// Parts of a scenario's table, by their paths, for the minimiser, which removes some of them.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/toml_types.h"

namespace dse {

// A path of keys, and of numbers of list elements from 0.
using TablePath = std::vector<std::string>;

// The node in `node` under that key or number; nullptr when there is none.
toml::node* child_of(toml::node& node, const std::string& part);
// Removes that part, and a table or list that is then empty. Returns false when the part is not there.
bool remove_part(toml::table& root, const TablePath& path);

// The component, resource or other part that the key of a reader's error lies in. Names of resources may
// have dots.
TablePath part_of_key(const toml::table& root, const std::string& key);
// The tables of a scenario, one by one: [component.a], [[binding]] number 0 ..., [bus],
// [[gateway.export]] number 0 ...
std::vector<TablePath> parts_of(const toml::table& root);
// Every key, those within a table after it; elements of lists as well, unless there is only one.
std::vector<TablePath> keys_of(const toml::table& root);

}  // namespace dse
