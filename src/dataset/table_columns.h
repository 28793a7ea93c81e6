// Which columns of a table are what, as far as the options tell.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dataset/table_options.h"

namespace dse {

struct TableColumns {
  std::vector<std::size_t> features;  // those that are listed
  std::optional<std::size_t> label;
  std::optional<std::size_t> time;
};

// Finds the columns that the options name among these names. Throws InputError, with the option as its key,
// for a name that is none, and for a column that is to be two things at once; a listed feature may be the
// time.
TableColumns find_columns(const TableOptions& options, const std::vector<std::string>& names);

}  // namespace dse
