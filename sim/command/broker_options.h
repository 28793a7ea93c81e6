// The options of every command that talks to a real broker.
#pragma once

#include <string>

#include "amqp/broker_address.h"
#include "sim/command/command_parser.h"

namespace dse {

// The environment variable that holds the broker's URL.
inline constexpr const char* kBrokerVariable = "DSE_AMQP_URL";

struct BrokerArguments {
  std::string url;
  std::string password_file;
  TlsFiles files;
  std::string login = "plain";
};

// Adds --broker, --password-file, --ca, --cert, --key and --login.
void add_broker_options(ProgramCommand command, BrokerArguments& arguments);

// Whether --broker or the environment names a broker.
bool names_broker(const BrokerArguments& arguments);
// The broker given by --broker, or else by the environment variable DSE_AMQP_URL. Throws InputError when
// neither names one or something does not fit together; warns on stderr about a password on the command line.
BrokerAddress broker_address(const BrokerArguments& arguments);

}  // namespace dse
