// The commands of the command line. Each adds itself to the parser, and returns its exit status when run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "dse/tables.h"

namespace dse {

// Exit statuses, as documented for users.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;      // an expectation or a verification
inline constexpr int kExitWrongInput = 2;  // command line, scenario or data
inline constexpr int kExitRunFailed = 3;   // disk full, stalled, broker unreachable
inline constexpr int kExitInterrupted = 130;

// `run` is set to the command when it is the one that was given. `tables` must outlive it.
void add_replay_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_diff_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_explore_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_verify_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_capture_command(CLI::App& parser, std::function<int()>& run);
void add_check_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_attach_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_node_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_nodes_command(CLI::App& parser, std::function<int()>& run, const Tables& tables);
void add_conform_command(CLI::App& parser, std::function<int()>& run);

}  // namespace dse
