#include "sim/conform/access_case.h"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "dse/error.h"
#include "sim/conform/access_users.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

TEST_CASE("access cases: each depends on its number alone, and some of what it does is refused") {
  std::size_t refused = 0;
  std::size_t permitted = 0;
  std::set<AccessAction> actions;
  std::set<std::string> new_ones;
  for (std::uint64_t number = 1; number <= 200; ++number) {
    const AccessCase drawn = draw_access_case(2015, number);
    const AccessCase again = draw_access_case(2015, number);
    CHECK(again.permissions == drawn.permissions);
    const AccessRules rules(drawn.permissions, {.user = access_user(2015, number)});
    REQUIRE(again.operations.size() == drawn.operations.size());
    for (std::size_t at = 0; at < drawn.operations.size(); ++at) {
      const AccessOperation& operation = drawn.operations[at];
      CHECK(describe(again.operations[at]) == describe(operation));
      actions.insert(operation.action);
      ++(refusal_of(operation, rules) ? refused : permitted);
      // One that is there already would not be asked for its other exchange.
      if (operation.has_other) CHECK(new_ones.insert(operation.name).second);
    }
  }
  CHECK(actions.size() == kAccessActions);
  CHECK(refused > 200);
  CHECK(permitted > 200);
  CHECK(new_ones.size() > 10);
}

TEST_CASE("access cases: what they do reads as it is") {
  CHECK(describe(
            AccessOperation{.action = AccessAction::kBindQueue, .name = "q1", .other = "t1", .key = "a.b"}) ==
        "bind queue \"q1\" to t1, key \"a.b\"");
  CHECK(describe(AccessOperation{.action = AccessAction::kDeclareQueue,
                                 .name = "new.x-1-1",
                                 .other = "nowhere",
                                 .has_other = true}) ==
        "declare queue \"new.x-1-1\", dead letters to nowhere");
  CHECK(describe(Permissions{.configure = "^t", .topics = {{.exchange = "t1", .write = "a"}}}) ==
        "configure \"^t\", write \"\", read \"\", topic t1: write \"a\", read \"\"");
}

TEST_CASE("access users: the definitions have the permissions of each case, and give back their password") {
  const TemporaryFolder folder;
  const std::string path = (folder.path() / "users.json").string();
  const AccessRange range{.seed = 7, .first = 3, .cases = 2};
  std::ofstream(path) << access_definitions(range, "word");
  CHECK(read_access_password(path, range) == "word");
  const nlohmann::json json = nlohmann::json::parse(std::ifstream(path));
  CHECK(json.at("vhosts").at(0).at("name") == "dse-access-7");
  for (std::size_t at = 0; at < 2; ++at) {
    const Permissions may = draw_access_case(7, 3 + at).permissions;
    const nlohmann::json& permission = json.at("permissions").at(at);
    CHECK(permission.at("user") == fmt::format("dse-access-7-{}", 3 + at));
    CHECK(permission.at("vhost") == "dse-access-7");
    CHECK(permission.at("configure") == may.configure);
    CHECK(permission.at("write") == may.write);
    CHECK(permission.at("read") == may.read);
  }
  std::size_t topics = 0;
  for (const std::uint64_t number : {3U, 4U}) topics += draw_access_case(7, number).permissions.topics.size();
  CHECK(json.at("topic_permissions").size() == topics);
  CHECK(json.at("users").size() == 2);
  CHECK(json.at("exchanges").size() == kAccessExchanges.size());
  CHECK(json.at("queues").size() == kAccessQueues.size());
  CHECK_THROWS_WITH(read_access_password(path, {.seed = 7, .first = 3, .cases = 3}),
                    ContainsSubstring("has no user 'dse-access-7-5': write it again with --write-users"));
  std::ofstream(path) << "[]";
  CHECK_THROWS_WITH(read_access_password(path, range), ContainsSubstring("is no file of users"));
  CHECK_THROWS_WITH(read_access_password(path + "none", range), ContainsSubstring("cannot be read"));
}
