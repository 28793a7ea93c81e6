#include "sim/scenario/given_name.h"

#include <fmt/format.h>

#include <optional>

#include "dse/error.h"

namespace dse {

std::string given_name(TableReader& table, std::string_view what,
                       const std::function<bool(const std::string&)>& is_taken) {
  const std::optional<std::string> name = table.line_if_any("name");
  if (!name) return "";
  if (name->find_first_not_of("0123456789") == std::string::npos)
    throw InputError(table.place("name"),
                     fmt::format("is no name: expected more than digits, which number {}s", what));
  if (is_taken(*name))
    throw InputError(table.place("name"), fmt::format("'{}' is the name of another {}", *name, what));
  return *name;
}

}  // namespace dse
