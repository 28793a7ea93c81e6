#include "sim/command/broker_options.h"

#include <fmt/format.h>

#include <cstdlib>

#include "core/diagnostics.h"
#include "dse/error.h"

namespace dse {
namespace {

void check_files(const BrokerAddress& address) {
  const TlsFiles& files = address.files;
  if (!address.tls && !(files.authorities + files.certificate + files.key).empty()) {
    throw InputError({.file = "--broker"}, "--ca, --cert and --key are for TLS: write amqps:// in the URL");
  }
  if (files.certificate.empty() != files.key.empty()) {
    throw InputError({.file = "--cert"}, "a certificate and its key belong together: give --cert and --key");
  }
  if (address.external && files.certificate.empty()) {
    throw InputError({.file = "--login"},
                     "external shows a certificate to the broker: give --cert and --key");
  }
}

}  // namespace

void add_broker_options(ProgramCommand command, BrokerArguments& arguments) {
  command.add_text(
      "--broker", arguments.url,
      fmt::format("amqp[s]://USER@HOST:PORT/VHOST (default: the environment's {})", kBrokerVariable));
  command.add_text("--password-file", arguments.password_file, "a file whose first line is the password");
  command.add_text("--ca", arguments.files.authorities,
                   "PEM file of the authorities that sign the broker's certificate (default: the system's)");
  command.add_text("--cert", arguments.files.certificate, "PEM file of our certificate");
  command.add_text("--key", arguments.files.key, "PEM file of our certificate's key");
  command.add_choice("--login", arguments.login, {"plain", "external"},
                     "plain: by password (the default); external: by our certificate");
}

bool names_broker(const BrokerArguments& arguments) {
  const char* given = std::getenv(kBrokerVariable);
  return !arguments.url.empty() || (given != nullptr && *given != '\0');
}

BrokerAddress broker_address(const BrokerArguments& arguments) {
  const char* variable = std::getenv(kBrokerVariable);
  const bool on_command_line = !arguments.url.empty();
  if (!on_command_line && (variable == nullptr || *variable == '\0')) {
    throw InputError(
        {.file = "--broker"},
        fmt::format("names no broker: give its URL, or set {} in the environment", kBrokerVariable));
  }
  BrokerAddress address = on_command_line ? parse_broker_url(arguments.url, "--broker")
                                          : parse_broker_url(variable, kBrokerVariable);
  if (on_command_line && has_password(arguments.url)) {
    tell(
        "warning: everybody on this machine can read the password on a command line: set {}, or use "
        "--password-file\n",
        kBrokerVariable);
  }
  if (!arguments.password_file.empty()) address.password = read_password_file(arguments.password_file);
  address.files = arguments.files;
  address.external = arguments.login == "external";
  check_files(address);
  return address;
}

}  // namespace dse
