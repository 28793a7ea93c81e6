#include "sim/command/run_options.h"

#include <fmt/format.h>

#include "core/error.h"

namespace dse {

void add_setting_option(CLI::App& command, std::vector<std::string>& settings) {
  command.add_option("--set", settings, "KEY=VALUE: set a key of the scenario; may be repeated")
      ->allow_extra_args(false);
}

std::optional<TimeNs> given_duration(const std::string& option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<TimeNs> duration = parse_duration(text);
  if (!duration) throw InputError({.file = option}, fmt::format("'{}' is not a duration such as 30s", text));
  return duration;
}

}  // namespace dse
