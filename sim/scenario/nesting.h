// How deep the tables of a TOML text lie within each other, seen before it is parsed.
#pragma once

#include <string>

namespace dse {

// Throws InputError, naming `file` and the place, when a key lies within more than 100 others. Counted are
// the dots of keys, with those of the keys around an inline table or a list; dots of comments, strings and
// numbers are not.
//
// Each dot of a key is a table within a table, and whatever walks through tables, the parser's own clean-up
// included, calls itself for each: thousands exhaust the stack. Of brackets the parser counts itself.
void check_nesting(const std::string& text, const std::string& file);

}  // namespace dse
