#include "sim/command/run_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "dse/error.h"

namespace dse {

void add_seed_option(ProgramCommand command, std::optional<std::uint64_t>& seed) {
  command.add_whole("--seed", seed, "in place of the scenario's seed", {.what = "a seed"});
}

void add_threads_option(ProgramCommand command, unsigned& threads, const std::string& description) {
  command.add_whole("--threads", threads, description,
                    {.least = 1, .most = 256, .what = "a number of threads"});
}

void add_jobs_option(ProgramCommand command, unsigned& jobs, const std::string& description) {
  command.add_whole("--jobs", jobs, description, {.least = 1, .most = 256, .what = "a number of jobs"});
}

void require_ordinary_file(const std::string& scenario, const std::string& reason) {
  std::error_code error;  // ignored: reading the file reports what is wrong
  const auto type = std::filesystem::status(scenario, error).type();
  if (type != std::filesystem::file_type::fifo && type != std::filesystem::file_type::socket &&
      type != std::filesystem::file_type::character)
    return;
  throw InputError({.file = scenario},
                   fmt::format("can be read once only, but {}: write it to a file first", reason));
}

void add_setting_option(ProgramCommand command, std::vector<std::string>& settings) {
  command.add_texts("--set", settings, "KEY=VALUE: set a key of the scenario; may be repeated");
}

CommandOption add_json_option(ProgramCommand command, bool& json) {
  return command.add_flag("--json", json, "print one JSON document in place of lines for human readers");
}

void add_protocol_log_option(ProgramCommand command, std::string& folder) {
  command.add_text(
      "--protocol-log", folder,
      "keep what is said to and by each program (kind = \"program\", or a model's learner) in this "
      "folder, as NAME.log");
}

void add_color_option(ProgramCommand command, std::string& choice) {
  command.add_choice("--color", choice, {"auto", "always", "never"},
                     "colours: auto (the default) is on a terminal, unless NO_COLOR is set");
}

ColourChoice colour_choice(const std::string& text) {
  if (text == "always") return ColourChoice::kAlways;
  return text == "never" ? ColourChoice::kNever : ColourChoice::kAuto;
}

void add_progress_option(ProgramCommand command, std::string& choice) {
  command.add_choice("--progress", choice, {"auto", "always", "never"},
                     "a line that shows how far it is: auto (the default) is on a terminal");
}

ProgressChoice progress_choice(const std::string& text, bool quiet) {
  if (quiet || text == "never") return ProgressChoice::kNever;
  return text == "always" ? ProgressChoice::kAlways : ProgressChoice::kAuto;
}

void add_all_option(ProgramCommand command, bool& all) {
  command.add_flag("--all", all, "show each expectation that held, not only their number");
}

std::optional<TimeNs> given_duration(const std::string& option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::optional<TimeNs> duration = parse_duration(text);
  if (!duration) throw InputError({.file = option}, fmt::format("'{}' is not a duration such as 30s", text));
  return duration;
}

}  // namespace dse
