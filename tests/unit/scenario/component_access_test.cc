#include "sim/scenario/component_access.h"

#include "dse/message.h"
#include "support/catch.h"

using namespace dse;

namespace {

// A component of the user "u", in a scenario with a topic exchange and a headers exchange.
class OneUser {
 public:
  explicit OneUser(const Permissions& permissions) {
    scenario_.users["u"] = permissions;
    scenario_.exchanges["sorter"] = {.type = ExchangeType::kTopic};
    scenario_.exchanges["by-label"] = {.type = ExchangeType::kHeaders};
    scenario_.resources["own"].queue = {.dead_letter = DeadLetterTarget{.exchange = "dead"},
                                        .exclusive = true};
    config_.user = "u";
  }
  ComponentAccess access() const { return ComponentAccess(scenario_, config_); }

 private:
  Scenario scenario_;
  ComponentConfig config_;
};

// The kind and name of what is refused, such as "queue 'q'"; "" when nothing is.
std::string refused(const AccessRefusal& refusal) {
  if (!refusal) return "";
  const std::size_t begin = refusal->find("access to ") + 10;
  return refusal->substr(begin, refusal->find(" in vhost") - begin);
}

std::string refused_bind(const Permissions& permissions, const BindingSpec& binding) {
  return refused(OneUser(permissions).access().bind(binding));
}

}  // namespace

TEST_CASE("component access: a stream declares, binds and reads") {
  const auto stream = [](const std::string& configure, const std::string& write, const std::string& read) {
    return refused(OneUser({.configure = configure, .write = write, .read = read}).access().stream("q"));
  };
  CHECK(stream("", ".", ".") == "exchange 'q'");
  CHECK(stream("q", "", ".") == "queue 'q'");
  CHECK(stream("q", "q", "") == "exchange 'q'");
  CHECK(stream("q", "q", "q") == "");
  // The queue of an exchange's name is bound by others, if at all.
  CHECK(refused(OneUser({.configure = "."}).access().stream("sorter")) == "queue 'sorter'");
  CHECK(refused(OneUser({.configure = ".", .read = "."}).access().stream("sorter")) == "");
}

TEST_CASE("component access: only its reader can make an exclusive queue, with its dead letters") {
  CHECK(refused(OneUser({.configure = ".", .write = "^own$", .read = "."}).access().stream("own")) ==
        "exchange 'dead'");
  CHECK(refused(OneUser({.configure = ".", .write = "^(own|dead)$", .read = "."}).access().stream("own")) ==
        "");
}

TEST_CASE("component access: topics count for topic exchanges alone") {
  const OneUser user({.write = ".", .topics = {{"digits", "^[0-4]$", "^a$"}, {"by-label", "^[0-4]$", ""}}});
  const auto publish = [&](const std::string& exchange, const std::string& key) {
    return refused(user.access().publish(exchange, *make_message({.key = key})));
  };
  CHECK(publish("digits", "4") == "");
  CHECK(publish("digits", "5") == "topic '5' in exchange 'digits'");
  CHECK(publish("others", "5") == "");
  CHECK(publish("by-label", "5") == "");
  CHECK(refused(user.access().write("digits")) == "exchange 'digits'");  // which is declared
}

TEST_CASE("component access: a message names no other user") {
  const OneUser user({.write = "."});
  const auto publish = [&](const std::string& user_id) {
    return user.access().publish("q", *make_message({.more = MoreProperties{.user_id = user_id}}));
  };
  CHECK_FALSE(publish(""));
  CHECK_FALSE(publish("u"));
  CHECK(publish("w") == "PRECONDITION_FAILED - user_id property set to 'w' but authenticated user was 'u'");
}

TEST_CASE("component access: a binding takes what its parts on a broker take") {
  const BindingSpec by_key{.from = "a", .to = "b", .key = "k"};
  CHECK(refused_bind({.configure = "^b$", .write = ".", .read = "."}, by_key) == "exchange 'a'");
  CHECK(refused_bind({.configure = "^a$", .write = ".", .read = "."}, by_key) == "exchange 'b'");
  CHECK(refused_bind({.configure = "^[ab]$", .write = ".", .read = "^b$"}, by_key) == "exchange 'a'");
  CHECK(refused_bind({.configure = "^[ab]$", .write = "^b$", .read = "^[ab]$"}, by_key) == "");
  CHECK(refused_bind({.configure = ".", .write = ".", .read = ".", .topics = {{"a", "", "^x$"}}}, by_key) ==
        "topic 'k' in exchange 'a'");

  BindingSpec by_header = by_key;
  by_header.headers.set("label", std::int64_t{7});
  CHECK(refused_bind({.configure = "^[ab]$", .write = ".", .read = "."}, by_header) == "exchange 'a|k'");
  CHECK(refused_bind({.configure = ".", .write = "^b$", .read = "."}, by_header) == "exchange 'a|k'");
  CHECK(refused_bind({.configure = ".", .write = ".", .read = "^[ab]$"}, by_header) == "exchange 'a|k'");
  CHECK(refused_bind({.configure = ".", .write = ".", .read = "."}, by_header) == "");
  by_header.from = "by-label";  // itself one
  CHECK(refused_bind({.configure = "^(by-label|b)$", .write = "^b$", .read = "^(by-label|b)$"}, by_header) ==
        "");

  const BindingSpec to_exchange{.from = "a", .to = "sorter", .key = "k", .target = BindingTarget::kExchange};
  CHECK(refused_bind({.configure = ".", .write = "", .read = "."}, to_exchange) == "exchange 'sorter'");
  CHECK(refused_bind({.configure = ".", .write = "^sorter$", .read = "^a$"}, to_exchange) == "");
}
