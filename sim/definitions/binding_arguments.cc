#include "sim/definitions/binding_arguments.h"

#include <fmt/format.h>

#include "core/printable.h"

namespace dse {

BindingArguments read_binding_arguments(const Headers& arguments) {
  BindingArguments read;
  std::string match = "all";
  if (const HeaderValue* said = arguments.find("x-match")) {
    const auto* text = std::get_if<std::string>(said);
    if (text == nullptr) return {.refused = "its x-match is no text"};
    match = *text;
  }
  const bool with_x = match.ends_with("-with-x");
  if (match != "all" && match != "any" && match != "all-with-x" && match != "any-with-x")
    return {.refused = fmt::format("its x-match {} is not known here", quoted_text(match))};
  for (const auto& [name, value] : arguments) {
    if (name == "x-match") continue;
    if (!name.starts_with("x-")) {
      read.headers.set(name, value);
    } else if (with_x) {
      return {.refused = fmt::format("a scenario does not match the header {}", quoted_text(name))};
    } else {
      read.unmatched.push_back(name);
    }
  }
  read.match = match.starts_with("any") ? HeaderMatch::kAny : HeaderMatch::kAll;
  if (read.match == HeaderMatch::kAny && read.headers.empty())
    read.refused = "it matches nothing: any of no headers";
  return read;
}

}  // namespace dse
