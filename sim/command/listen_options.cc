#include "sim/command/listen_options.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "amqp/broker_address.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "sim/users/users_file.h"

namespace dse {
namespace {

void require(bool held, const char* option, const char* what) {
  if (!held) throw InputError({.file = option}, what);
}

// Tells who runs dse of something that clients cause, as is_told() says. One thread.
class RareWarnings {
 public:
  // `what` is the name of one of them.
  explicit RareWarnings(std::string what) : what_(std::move(what)) {}

  void note(const std::string& text) {
    if (!is_told(++count_)) return;
    tell("warning: {} ({} {})\n", text, what_, count_);
  }

 private:
  std::string what_;
  std::uint64_t count_ = 0;
};

// The text that a client chose, short enough for a line.
std::string shown(const std::string& text) {
  constexpr std::size_t kBytesMax = 100;
  return quoted_text(text.substr(0, kBytesMax));
}

}  // namespace

void add_listen_options(ProgramCommand& command, ListenArguments& arguments) {
  command.add_text("--listen", arguments.url,
                   "listen for AMQP clients there, such as amqp://127.0.0.1:5672; port 0: any that is free");
  command.add_text("--users", arguments.users_file, "the file of users who may log in (see dse user)");
  command.add_text("--listen-cert", arguments.certificate,
                   "PEM file of the listener's certificate, for amqps");
  command.add_text("--listen-key", arguments.key, "PEM file of its key");
  command.add_text("--listen-ca", arguments.authority,
                   "PEM file of the authorities that sign clients' certificates");
}

std::optional<ListenerOptions> listener_options(const ListenArguments& arguments) {
  if (arguments.url.empty()) {
    require(arguments.users_file.empty(), "--users",
            "says who may log in, but nobody listens: add --listen URL");
    require(arguments.certificate.empty() && arguments.key.empty() && arguments.authority.empty(),
            "--listen-cert", "is for a listener: add --listen amqps://HOST:PORT");
    return std::nullopt;
  }
  const BrokerAddress address = parse_listener_url(arguments.url, "--listen");
  require(!has_password(arguments.url), "--listen",
          "has a user and a password, but who may log in is in the users' file: leave them out of the URL");
  require(arguments.url.find('?') == std::string::npos, "--listen",
          "has parameters after '?', but clients ask for their own heartbeats: leave them out of the URL");
  constexpr std::size_t kVirtualHostMax = 255;  // what AMQP's short texts hold
  require(address.vhost.size() <= kVirtualHostMax && address.vhost.find('\0') == std::string::npos,
          "--listen", "names a virtual host that no client can open: at most 255 bytes, and no NUL");
  require(!arguments.users_file.empty(), "--listen",
          "needs the users who may log in: add --users FILE, which dse user add makes");
  const bool has_files = !arguments.certificate.empty() && !arguments.key.empty();
  require(!address.tls || has_files, "--listen",
          "is amqps, which needs a certificate and its key: add --listen-cert FILE and --listen-key FILE");
  require(
      address.tls || (arguments.certificate.empty() && arguments.key.empty() && arguments.authority.empty()),
      "--listen-cert, --listen-key and --listen-ca", "are for TLS: listen at amqps://HOST:PORT");
  std::vector<User> known = read_users(arguments.users_file);
  if (known.empty())
    tell("warning: {}: has no users, so nobody can log in: add one with dse user add\n",
         arguments.users_file);
  const auto users = std::make_shared<const KnownUsers>(std::move(known));
  return ListenerOptions{
      .host = address.host,
      .port = static_cast<std::uint16_t>(address.port),
      .tls = address.tls,
      .certificate_file = arguments.certificate,
      .key_file = arguments.key,
      .authority_file = arguments.authority,
      .virtual_host = address.vhost,
      .check_password = [users](const std::string& user,
                                const std::string& password) { return users->check(user, password); },
      .find_user = [users](const std::string& user) { return users->find(user); },
      .refused =
          [log = std::make_shared<RareWarnings>("refused login")](const std::string& user,
                                                                  const std::string& from) {
            log->note(fmt::format("refused the login of user {} from {}", shown(user), from));
          },
      .closed =
          [log = std::make_shared<RareWarnings>("refused connection")](const std::string& user,
                                                                       const std::string& text) {
            log->note(fmt::format("user {} was told {}", shown(user), printable(text)));
          },
      .crowded =
          [log = std::make_shared<RareWarnings>("wait")](const std::string& reason) {
            log->note(fmt::format("clients that connect have to wait: {}", reason));
          }};
}

std::string listener_url(const ListenerOptions& options, const Listener& listener) {
  const bool is_ipv6 = options.host.find(':') != std::string::npos;
  const std::string host = is_ipv6 ? "[" + options.host + "]" : options.host;
  return fmt::format("{}://{}:{}", options.tls ? "amqps" : "amqp", host, listener.port());
}

}  // namespace dse
