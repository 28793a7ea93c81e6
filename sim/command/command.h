// The commands of the program. Each function adds one command to the parser; running the command returns its
// exit status.
#pragma once

#include "dse/tables.h"
#include "sim/command/command_parser.h"

namespace dse {

// The exit statuses, as documented for users.
inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;      // an expectation or a verification failed
inline constexpr int kExitWrongInput = 2;  // wrong command line, scenario or data
inline constexpr int kExitRunFailed = 3;   // disk full, stalled, broker unreachable
inline constexpr int kExitInterrupted = 130;

// `tables` must outlive what the parser returns.
void add_replay_command(CommandParser& parser, const Tables& tables);
void add_diff_command(CommandParser& parser, const Tables& tables);
void add_explore_command(CommandParser& parser, const Tables& tables);
void add_verify_command(CommandParser& parser, const Tables& tables);
void add_trace_command(CommandParser& parser);
void add_capture_command(CommandParser& parser);
void add_init_command(CommandParser& parser);
void add_check_command(CommandParser& parser, const Tables& tables);
void add_drive_command(CommandParser& parser, const Tables& tables);
void add_attach_command(CommandParser& parser, const Tables& tables);
void add_node_command(CommandParser& parser, const Tables& tables);
void add_nodes_command(CommandParser& parser, const Tables& tables);
void add_conform_command(CommandParser& parser);
void add_report_command(CommandParser& parser);
void add_definitions_command(CommandParser& parser, const Tables& tables);
void add_user_command(CommandParser& parser);

void add_explain_command(CommandParser& parser, const Tables& tables);
// These describe all commands of the parser, which must outlive what they do.
void add_completion_command(CommandParser& parser);
void add_man_command(CommandParser& parser);

// All of the above.
void add_commands(CommandParser& parser, const Tables& tables);

}  // namespace dse
