#include "sim/command/run_options.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "dse/error.h"
#include "sim/command/number_options.h"

namespace dse {

void add_seed_option(CLI::App& command, std::optional<std::uint64_t>& seed) {
  add_whole(command, "--seed", seed, "in place of the scenario's seed", {.what = "a seed"});
}

void add_threads_option(CLI::App& command, unsigned& threads, const std::string& description) {
  add_whole(command, "--threads", threads, description,
            {.least = 1, .most = 256, .what = "a number of threads"});
}

void add_jobs_option(CLI::App& command, unsigned& jobs, const std::string& description) {
  add_whole(command, "--jobs", jobs, description, {.least = 1, .most = 256, .what = "a number of jobs"});
}

void require_ordinary_file(const std::string& scenario, const std::string& reason) {
  std::error_code error;  // reading it tells what is wrong
  const auto type = std::filesystem::status(scenario, error).type();
  if (type != std::filesystem::file_type::fifo && type != std::filesystem::file_type::socket &&
      type != std::filesystem::file_type::character)
    return;
  throw InputError({.file = scenario},
                   fmt::format("can be read once only, but {}: write it to a file first", reason));
}

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
