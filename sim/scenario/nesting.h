// How deeply the tables of a TOML text are nested, checked before it is parsed.
#pragma once

#include <string>

namespace dse {

// Throws InputError, naming `file` and the place, when a key lies within more than 100 others. The dots of
// keys are counted, with those of the keys around an inline table or a list; dots in comments, strings and
// numbers are not.
//
// Each dot of a key is a table within a table, and everything that walks through tables, the parser's own
// clean-up included, calls itself for each: thousands exhaust the stack. The parser itself counts brackets.
void check_nesting(const std::string& text, const std::string& file);

}  // namespace dse
