// The page of the keys of every kind, in Markdown, made from the tables with which scenarios are read.
#pragma once

#include <string>

#include "dse/tables.h"

namespace dse {

// The page has, in the order of the tables, a section for each kind with its meaning and a row for each of
// its keys, then a section on the learners. docs/kinds.md is the page of the built-in tables; a test keeps
// the two equal.
std::string kinds_page(const Tables& tables);

}  // namespace dse
