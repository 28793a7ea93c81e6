// The options with which a run listens for AMQP clients.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "access/known_users.h"
#include "listener/listener.h"
#include "sim/command/command_parser.h"

namespace dse {

struct ListenArguments {
  std::string url;  // "": it does not listen
  std::string users_file;
  std::string certificate;
  std::string key;
  std::string authority;
};

// Adds --listen, --users, --listen-cert, --listen-key and --listen-ca.
void add_listen_options(ProgramCommand& command, ListenArguments& arguments);

// What the arguments ask for; empty when they do not. The users' file is read. Throws InputError when
// something is missing or does not fit together; warns on stderr where others may read the users' file.
std::optional<ListenerOptions> listener_options(const ListenArguments& arguments);

// "amqp://127.0.0.1:5672", where clients find a listener with these options.
std::string listener_url(const ListenerOptions& options, const Listener& listener);

}  // namespace dse
