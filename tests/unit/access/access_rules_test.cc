#include "access/access_rules.h"

#include <stdexcept>

#include "access/operation_access.h"
#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

AccessRules rules_of(const Permissions& permissions, const std::string& user = "u") {
  return AccessRules(permissions, {.user = user});
}

std::string refusal_of(const std::string& kind, const std::string& name) {
  return "ACCESS_REFUSED - access to " + kind + " '" + name + "' in vhost '/' refused for user 'u'";
}

}  // namespace

TEST_CASE("access rules: patterns are looked for anywhere, and an empty one is nothing") {
  const AccessRules rules = rules_of({.configure = "^own\\.", .write = "image", .read = ""});
  CHECK(rules.may_configure("own.q"));
  CHECK_FALSE(rules.may_configure("not own.q"));
  CHECK(rules.may_write("the images"));
  CHECK_FALSE(rules.may_read("images"));
  CHECK_FALSE(rules.may_read(""));
  CHECK(rules_of({.read = ".*"}).may_read(""));
}

TEST_CASE("access rules: the default exchange is amq.default") {
  const AccessRules rules = rules_of({.write = "^amq\\.default$", .read = "^$"});
  CHECK(rules.may_write(""));
  CHECK(rules.may_write("amq.default"));
  CHECK_FALSE(rules.may_read(""));
  CHECK(rules.exchange_refusal("") == refusal_of("exchange", "amq.default"));
  CHECK(rules.queue_refusal("q") == refusal_of("queue", "q"));
}

TEST_CASE("access rules: topics count only for exchanges that have an entry") {
  const AccessRules rules = rules_of({.topics = {{"t", "^a\\.", "^b\\."}, {"none", "", ""}}});
  CHECK(rules.may_write_topic("t", "a.b"));
  CHECK_FALSE(rules.may_write_topic("t", "b.a"));
  CHECK(rules.may_read_topic("t", "b.a"));
  CHECK_FALSE(rules.may_read_topic("t", "a.b"));
  CHECK(rules.may_write_topic("other", "b.a"));
  CHECK(rules.may_write_topic("none", ""));  // `^$`
  CHECK_FALSE(rules.may_write_topic("none", "a"));
  CHECK(rules.topic_refusal("t", "b.a") ==
        "ACCESS_REFUSED - access to topic 'b.a' in exchange 't' in vhost '/' refused for user 'u'");
}

// As seen on RabbitMQ 3.10.8.
TEST_CASE("access rules: variables are replaced by what they name as it is") {
  const Permissions both{.topics = {{"t", "^{username}-{vhost}$", "^{client_id}$"}}};
  CHECK(rules_of(both, "a.c").may_write_topic("t", "a.c-/"));
  CHECK(rules_of(both, "a.c").may_write_topic("t", "abc-/"));
  CHECK_FALSE(rules_of(both, "a.c").may_write_topic("t", "x"));
  CHECK(rules_of(both).may_read_topic("t", "{client_id}"));
  const Permissions name{.topics = {{"t", "^{username}$", ""}}};
  CHECK(rules_of(name, "{vhost}").may_write_topic("t", "/"));
  CHECK_FALSE(rules_of(name, "{vhost}").may_write_topic("t", "{vhost}"));
  CHECK_FALSE(rules_of(name, "(x").may_write_topic("t", "(x"));  // no pattern any more
  CHECK(rules_of({.topics = {{"t", "{username}{username}", ""}}}, "{username}")
            .may_write_topic("t", "{username}{username}"));
}

TEST_CASE("access rules: a wrong pattern is named") {
  CHECK(error_text<std::invalid_argument>([] { rules_of({.write = "(a"}); }) ==
        "write is no regular expression: missing closing parenthesis, at byte 3");
  CHECK(error_text<std::invalid_argument>([] {
          rules_of({.topics = {{"t", "", "*"}}});
        }).starts_with("read of the topics of 't' is no regular expression: "));
}

TEST_CASE("access rules: a name that takes too long is not permitted") {
  CHECK_FALSE(rules_of({.write = "^(a|aa)+$"}).may_write(std::string(200, 'a') + "b"));
}

TEST_CASE("access rules: a reply text has 255 bytes at most") {
  const AccessRules rules = rules_of({});
  const std::string whole = rules.queue_refusal(std::string(186, 'q'));
  CHECK(whole.size() == 255);
  CHECK(whole.ends_with("refused for user 'u'"));
  const std::string cut = rules.queue_refusal(std::string(187, 'q'));
  CHECK(cut.size() == 255);
  CHECK(cut.ends_with("refused for user..."));
}

TEST_CASE("operations: each takes the permissions that RabbitMQ asks for, in its order") {
  const auto with = [](const std::string& configure, const std::string& write, const std::string& read) {
    return rules_of({.configure = configure, .write = write, .read = read, .topics = {{"t", "k", "k"}}});
  };
  CHECK(refuse_exchange_declare(with("", ".", "."), "x") == refusal_of("exchange", "x"));
  CHECK_FALSE(refuse_exchange_declare(with("x", "", ""), "x"));
  CHECK(refuse_exchange_declare(with("x", "", ""), "x", "other") == refusal_of("exchange", "x"));
  CHECK(refuse_exchange_declare(with("x", "", "x"), "x", "other") == refusal_of("exchange", "other"));
  CHECK_FALSE(refuse_exchange_declare(with("x", "other", "x"), "x", "other"));
  CHECK(refuse_queue_declare(with("", ".", "."), "q") == refusal_of("queue", "q"));
  CHECK(refuse_queue_declare(with("q", "", ""), "q", "") == refusal_of("queue", "q"));
  CHECK(refuse_queue_declare(with("q", "", "q"), "q", "") == refusal_of("exchange", "amq.default"));
  CHECK_FALSE(refuse_queue_declare(with("q", "", ""), "q"));

  const AccessedBinding binding{.source = "t", .destination = "q", .from_topic = true, .key = "no"};
  CHECK(refuse_bind(with("", "", ""), binding) == refusal_of("queue", "q"));
  CHECK(refuse_bind(with("", "q", ""), binding) == refusal_of("exchange", "t"));
  CHECK(refuse_bind(with("", "q", "t"), binding) == rules_of({}).topic_refusal("t", "no"));
  CHECK_FALSE(refuse_bind(with("", "q", "t"), {.source = "t", .destination = "q", .key = "no"}));
  CHECK(refuse_bind(with("", "", ""), {.source = "t", .destination = "e", .to_exchange = true}) ==
        refusal_of("exchange", "e"));
  CHECK_FALSE(
      refuse_bind(with("", "q", "t"), {.source = "t", .destination = "q", .from_topic = true, .key = "k"}));

  CHECK(refuse_exchange_write(with("", "", ""), "") == refusal_of("exchange", "amq.default"));
  CHECK(refuse_topic_write(with("", ".", ""), "t", "no") == rules_of({}).topic_refusal("t", "no"));
  CHECK(refuse_queue_read(with(".", ".", ""), "q") == refusal_of("queue", "q"));
  CHECK_FALSE(refuse_queue_read(with("", "", "q"), "q"));
}
