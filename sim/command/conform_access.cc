#include "sim/command/conform_access.h"

#include <fmt/format.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "amqp/broker_error.h"
#include "amqp/connect.h"
#include "core/counted.h"
#include "dse/error.h"
#include "sim/attach/embedded_broker.h"
#include "sim/command/command.h"
#include "sim/command/json_document.h"
#include "sim/conform/access_comparison.h"
#include "sim/results/shell.h"
#include "sim/users/private_file.h"
#include "sim/users/random_password.h"
#include "sim/world/interrupt.h"

namespace dse {
namespace {

// A broker that has the users: where, and with which password and virtual host.
struct AccessBroker {
  std::string name;
  BrokerAddress address;
};

// A listener of this process with the users of these cases, and what they need.
class AccessListener {
 public:
  explicit AccessListener(const AccessRange& range) : broker_(users_of(range)) {
    Connection connection({.address = broker_.address(), .name = "dse conform"});
    const ChannelNumber channel = connection.open_channel();
    for (const AccessExchange& exchange : kAccessExchanges)
      connection.declare_exchange(channel, std::string(exchange.name), {.type = std::string(exchange.type)});
    for (const std::string_view queue : kAccessQueues)
      connection.declare_queue(channel, std::string(queue), {});
  }

  const BrokerAddress& address() const { return broker_.address(); }

 private:
  static std::map<std::string, Permissions> users_of(const AccessRange& range) {
    std::map<std::string, Permissions> users;
    for (std::uint64_t number = range.first; number < range.first + range.cases; ++number)
      users.emplace(access_user(range.seed, number), draw_access_case(range.seed, number).permissions);
    return users;
  }

  EmbeddedBroker broker_;
};

AccessBroker real_broker(const ConformAccess& arguments, const BrokerArguments& broker) {
  BrokerAddress address = broker_address(broker);
  address.vhost = access_host(arguments.range.seed);
  address.password = read_access_password(arguments.users, arguments.range);
  return {"on the broker", std::move(address)};
}

std::string again_line(const ConformAccess& arguments, std::uint64_t number) {
  std::vector<std::string> words = {"--seed",   fmt::format("{}", arguments.range.seed),
                                    "--first",  fmt::format("{}", number),
                                    "--access", "1"};
  if (arguments.listener) words.emplace_back("--listener");
  if (!arguments.users.empty()) words.insert(words.end(), {"--users", arguments.users});
  return shell_line("conform", {}, words);
}

std::string difference_text(const AccessCase& drawn, const AccessDifference& found,
                            const std::string& where) {
  const auto shown = [](const std::string& text) { return text.empty() ? "permitted" : text; };
  return fmt::format("{}\n  {}\n    in the process: {}\n    {}: {}\n", describe(drawn.permissions),
                     describe(found.operation), shown(found.expected.value_or("")), where,
                     shown(found.answer));
}

void print_found(const ConformAccess& arguments, std::uint64_t done,
                 const nlohmann::ordered_json& difference) {
  print_document({{"seed", arguments.range.seed},
                  {"first", arguments.range.first},
                  {"access", arguments.range.cases},
                  {"compared", done},
                  {"difference", difference}});
}

int write_users(const ConformAccess& arguments) {
  write_private_file(arguments.write_users, access_definitions(arguments.range, random_password()));
  fmt::print("{} in {}; give them to the broker with\n  rabbitmqctl import_definitions {}\n",
             counted(arguments.range.cases, "user"), arguments.write_users,
             shell_word(arguments.write_users));
  return kExitOk;
}

int print_difference(const ConformAccess& arguments, std::uint64_t number, const std::string& text) {
  const std::string again = again_line(arguments, number);
  if (arguments.json) {
    print_found(arguments, number - arguments.range.first + 1,
                {{"case", number}, {"smallest", text}, {"again", again}});
  } else {
    fmt::print("case {} of seed {} differs:\n\n{}\nagain: {}\n", number, arguments.range.seed, text, again);
  }
  return kExitFailed;
}

// Throws BrokerError, which says where the users come from.
std::unique_ptr<Connection> connection_of(const BrokerAddress& address, const std::string& users,
                                          const std::atomic<bool>& interrupted) {
  try {
    return connect({.address = address, .name = "dse conform", .interrupted = &interrupted});
  } catch (const BrokerError& error) {
    if (users.empty()) throw;
    throw BrokerError(
        fmt::format("{} (the users are those of {}: import it as it is now)", error.what(), users));
  }
}

}  // namespace

int conform_access(const ConformAccess& arguments, const BrokerArguments& broker) {
  if (!arguments.write_users.empty()) return write_users(arguments);
  if (!arguments.listener && arguments.users.empty()) {
    throw InputError(
        {.file = "--access"},
        "needs brokers that have the users: add --listener, or --users FILE, which --write-users "
        "writes and rabbitmqctl imports");
  }
  const std::atomic<bool>& interrupted = watch_for_interrupt();
  std::optional<AccessListener> listener;
  std::vector<AccessBroker> brokers;
  if (arguments.listener) {
    listener.emplace(arguments.range);
    brokers.push_back({"over the listener", listener->address()});
  }
  if (!arguments.users.empty()) brokers.push_back(real_broker(arguments, broker));
  for (std::uint64_t done = 0; done < arguments.range.cases; ++done) {
    if (interrupted.load()) {
      if (arguments.json) return print_found(arguments, done, nullptr), kExitInterrupted;
      fmt::print("interrupted after {} of {}, no difference\n", done, counted(arguments.range.cases, "user"));
      return kExitInterrupted;
    }
    const std::uint64_t number = arguments.range.first + done;
    const AccessCase drawn = draw_access_case(arguments.range.seed, number);
    for (AccessBroker& one : brokers) {
      one.address.user = access_user(arguments.range.seed, number);
      const AccessRules rules(drawn.permissions,
                              {.user = one.address.user, .virtual_host = one.address.vhost});
      const std::unique_ptr<Connection> connection = connection_of(one.address, arguments.users, interrupted);
      if (const auto found = compare_access(drawn, rules, *connection))
        return print_difference(arguments, number, difference_text(drawn, *found, one.name));
    }
  }
  if (arguments.json) return print_found(arguments, arguments.range.cases, nullptr), kExitOk;
  fmt::print("{}, no difference\n", counted(arguments.range.cases, "user"));
  return kExitOk;
}

}  // namespace dse
