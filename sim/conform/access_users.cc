#include "sim/conform/access_users.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "dse/error.h"
#include "sim/conform/access_case.h"

namespace dse {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

std::string access_user(std::uint64_t seed, std::uint64_t number) {
  return fmt::format("{}-{}", access_host(seed), number);
}

std::string access_host(std::uint64_t seed) { return fmt::format("dse-access-{}", seed); }

std::string access_definitions(const AccessRange& range, const std::string& password) {
  const std::string host = access_host(range.seed);
  Json json = {{"vhosts", {{{"name", host}}}}, {"users", Json::array()},
               {"permissions", Json::array()}, {"topic_permissions", Json::array()},
               {"exchanges", Json::array()},   {"queues", Json::array()}};
  for (std::uint64_t number = range.first; number < range.first + range.cases; ++number) {
    const std::string user = access_user(range.seed, number);
    const Permissions may = draw_access_case(range.seed, number).permissions;
    json["users"].push_back({{"name", user}, {"password", password}, {"tags", Json::array()}});
    json["permissions"].push_back({{"user", user},
                                   {"vhost", host},
                                   {"configure", may.configure},
                                   {"write", may.write},
                                   {"read", may.read}});
    for (const TopicPermissions& topic : may.topics) {
      json["topic_permissions"].push_back({{"user", user},
                                           {"vhost", host},
                                           {"exchange", topic.exchange},
                                           {"write", topic.write},
                                           {"read", topic.read}});
    }
  }
  for (const AccessExchange& exchange : kAccessExchanges) {
    json["exchanges"].push_back({{"name", exchange.name},
                                 {"vhost", host},
                                 {"type", exchange.type},
                                 {"durable", true},
                                 {"auto_delete", false},
                                 {"internal", false},
                                 {"arguments", Json::object()}});
  }
  for (const std::string_view queue : kAccessQueues) {
    json["queues"].push_back({{"name", queue},
                              {"vhost", host},
                              {"durable", true},
                              {"auto_delete", false},
                              {"arguments", Json::object()}});
  }
  return json.dump(2) + "\n";
}

std::string read_access_password(const std::string& path, const AccessRange& range) {
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open() || std::filesystem::is_directory(path))
    throw InputError({.file = path}, "cannot be read: --write-users writes such a file");
  const Json json = Json::parse(file, nullptr, false);
  std::set<std::string> known;
  std::string password;
  try {
    for (const Json& user : json.at("users")) {
      known.insert(user.at("name").get<std::string>());
      password = user.at("password").get<std::string>();
    }
  } catch (const Json::exception&) {
    throw InputError({.file = path}, "is no file of users that --write-users has written");
  }
  for (std::uint64_t number = range.first; number < range.first + range.cases; ++number) {
    if (known.contains(access_user(range.seed, number))) continue;
    throw InputError({.file = path},
                     fmt::format("has no user '{}': write it again with --write-users for these cases, and "
                                 "import it",
                                 access_user(range.seed, number)));
  }
  return password;
}

}  // namespace dse
