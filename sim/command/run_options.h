// Options that commands share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dse/time.h"
#include "sim/command/command_parser.h"
#include "sim/command/live_line.h"
#include "sim/command/standard_streams.h"

namespace dse {

// Adds --seed, --threads and --jobs; each has the widest range that any command allows.
void add_seed_option(ProgramCommand command, std::optional<std::uint64_t>& seed);
void add_threads_option(ProgramCommand command, unsigned& threads, const std::string& description);
void add_jobs_option(ProgramCommand command, unsigned& jobs, const std::string& description);

// Adds --set KEY=VALUE, which may be repeated.
void add_setting_option(ProgramCommand command, std::vector<std::string>& settings);

// Adds --json: one JSON document on standard output, in place of what is for human readers.
CommandOption add_json_option(ProgramCommand command, bool& json);

// Adds --protocol-log DIR.
void add_protocol_log_option(ProgramCommand command, std::string& folder);

// Adds --color auto|always|never.
void add_color_option(ProgramCommand command, std::string& choice);
// What was given to it; kAuto for "".
ColourChoice colour_choice(const std::string& text);
// Adds --progress auto|always|never.
void add_progress_option(ProgramCommand command, std::string& choice);
// What was given to it; kAuto for "", and kNever with --quiet.
ProgressChoice progress_choice(const std::string& text, bool quiet);
// Adds --all: a report with a line for each expectation that held.
void add_all_option(ProgramCommand command, bool& all);

// The duration given to an option; none when `text` is empty. Throws InputError, naming the option.
std::optional<TimeNs> given_duration(const std::string& option, const std::string& text);

// Throws InputError, with the reason, unless the scenario is an ordinary file: a pipe can be read only once.
void require_ordinary_file(const std::string& scenario, const std::string& reason);

}  // namespace dse
