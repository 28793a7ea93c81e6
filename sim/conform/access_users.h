// The users of access cases on a RabbitMQ, which cannot make any over AMQP: a file of definitions has them,
// with a virtual host of their own and what is there in it.
#pragma once

#include <cstdint>
#include <string>

#include "amqp/broker_address.h"

namespace dse {

// Which cases the users are of.
struct AccessRange {
  std::uint64_t seed = 0;
  std::uint64_t first = 1;
  std::uint64_t cases = 1;
};

// "dse-access-2015-3", the user of the third case; "dse-access-2015" is their virtual host.
std::string access_user(std::uint64_t seed, std::uint64_t number);
std::string access_host(std::uint64_t seed);

// What `rabbitmqctl import_definitions` makes them from; all have this password.
std::string access_definitions(const AccessRange& range, const std::string& password);

// The password in a file of such definitions. Throws InputError when it cannot be read, or has not all the
// users of these cases.
std::string read_access_password(const std::string& path, const AccessRange& range);

}  // namespace dse
