// What the rules of users permit and refuse, beside a real RabbitMQ and a listener.
#include <fmt/format.h>
#include <unistd.h>

#include "attached.h"
#include "sim/conform/access_case.h"
#include "sim/conform/access_users.h"

namespace {

// Definitions that RabbitMQ has imported: a virtual host and its users, deleted at the end.
class ImportedUsers {
 public:
  ImportedUsers(const RabbitMq& broker, const std::string& file, std::string host)
      : broker_(broker), host_(std::move(host)) {
    broker_.ctl({"import_definitions", file});
  }
  ~ImportedUsers() {
    try {
      broker_.ctl({"eval", fmt::format("[rabbit_auth_backend_internal:delete_user(element(2, element(2, U)), "
                                       "<<\"t\">>) || U <- ets:tab2list(rabbit_user_permission), "
                                       "element(3, element(2, U)) =:= <<\"{0}\">>], "
                                       "rabbit_vhost:delete(<<\"{0}\">>, <<\"t\">>).",
                                       host_)});
    } catch (const std::exception& error) {
      WARN("not deleted: " << error.what());
    }
  }

 private:
  const RabbitMq& broker_;
  std::string host_;
};

}  // namespace

TEST_CASE("access: RabbitMQ, a listener and the rules refuse the same, with the same words") {
  const RabbitMq broker = RabbitMq::shared();
  const ProgramFixture fixture;
  const std::string users = fixture.file("users.json");
  const auto conform = [&](const std::vector<std::string>& more) {
    std::vector<std::string> words = {"conform", "--access", "40", "--seed", "2015"};
    words.insert(words.end(), more.begin(), more.end());
    return run_process(broker_command(broker.url(), words));
  };
  const Outcome written = conform({"--write-users", users});
  CAPTURE(written.err);
  CHECK_THAT(written.out, ContainsSubstring("40 users in ") && ContainsSubstring("import_definitions"));
  const ImportedUsers imported(broker, users, dse::access_host(2015));
  const Outcome same = conform({"--listener", "--users", users});
  CAPTURE(same.err);
  CHECK(same.out == "40 users, no difference\n");
  CHECK(same.status == 0);
  // A user who may do more than the case says.
  const std::string first = dse::access_user(2015, 1);
  broker.ctl({"set_permissions", "-p", dse::access_host(2015), first, ".*", ".*", ".*"});
  const Outcome different = conform({"--users", users});
  CAPTURE(different.err);
  CHECK(different.status == 1);
  CHECK_THAT(different.out, ContainsSubstring("case 1 of seed 2015 differs") &&
                                ContainsSubstring("in the process: ACCESS_REFUSED - access to ") &&
                                ContainsSubstring("on the broker: permitted\n") &&
                                ContainsSubstring("--first 1 --access 1"));
}

TEST_CASE("access: a node ends with what the simulation said") {
  const RabbitMq broker = RabbitMq::shared();
  const std::string user = fmt::format("dse-node-{}", getpid());
  const ProgramFixture fixture;
  const std::string definitions = fixture.write(
      "node.json",
      fmt::format(
          R"({{"vhosts":[{{"name":"{0}"}}],"users":[{{"name":"{0}","password":"secret","tags":[]}}],)"
          R"("permissions":[{{"user":"{0}","vhost":"{0}","configure":".*","write":".*","read":""}}]}})",
          user));
  const ImportedUsers imported(broker, definitions, user);
  const std::string scenario = fixture.write(
      "s.toml",
      fmt::format("[user.{0}]\nconfigure = '.*'\nwrite = '.*'\n[component.echo]\nkind = \"echo\"\nfrom = "
                  "\"q9\"\nuser = \"{0}\"\n",
                  user));
  CHECK(fixture.replay(scenario).status == 3);
  const std::string row = lines_of(read_file(fixture.run() + "/refused.csv")).back();
  const std::string text = row.substr(row.find("ACCESS_REFUSED"));
  CHECK(text ==
        fmt::format("ACCESS_REFUSED - access to exchange 'q9' in vhost '/' refused for user '{}'", user));
  const std::string url = fmt::format("amqp://{0}:secret@127.0.0.1:{1}/{0}", user, broker.port());
  const Outcome node =
      run_process(broker_command(url, {"node", scenario, "echo", "--out", fixture.file("runs/node")}));
  CAPTURE(node.err);
  CHECK(node.status == 3);
  CHECK_THAT(node.err, ContainsSubstring(replaced(text, "vhost '/'", "vhost '" + user + "'")));
}
