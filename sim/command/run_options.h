// Options that commands share.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/time.h"

namespace dse {

// Adds --set KEY=VALUE, which may be repeated.
void add_setting_option(CLI::App& command, std::vector<std::string>& settings);

// The duration given with an option; none when `text` is empty. Throws InputError, naming the option.
std::optional<TimeNs> given_duration(const std::string& option, const std::string& text);

}  // namespace dse
