// What the rules of users permit and refuse, beside a real RabbitMQ and a listener: random permissions and
// operations, with the codes and texts of the refusals.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <map>
#include <variant>

#include "access/operation_access.h"
#include "amqp/broker_error.h"
#include "attached.h"
#include "dse/random.h"
#include "sim/attach/embedded_broker.h"

namespace {

constexpr std::size_t kUsers = 24;
constexpr std::size_t kOperationsOfUser = 6;

// Exchanges t1 t2 (topic) and f1 (fanout), and queues q1 q2, are there; others are not.
const std::vector<std::string> kNames = {"t1",    "t2",           "f1",  "q1",         "q2",
                                         "new.x", "new.\xc3\xbc", "a'b", "amq.default"};
const std::vector<std::string> kKeys = {"a", "a.b", "user-3", "/", "", "#", "\xc3\xbc"};
const std::vector<std::string> kPatterns = {"",          ".*",
                                            "^t",        "[12]$",
                                            "^(t1|q1)$", "^amq\\.default$",
                                            "^new\\.",   "(?!x)new",
                                            "^q\\d",     "^[^.]*\\.?\xc3\xbc",
                                            "^$",        "'"};
const std::vector<std::string> kTopicPatterns = {"", ".*", "^a", "^{username}$", "{vhost}$", "^#$", "b"};

enum class Action { kExchange, kQueue, kBind, kBindExchange, kPublish, kConsume };

struct AccessCase {
  Action action = Action::kExchange;
  std::string name = {};   // what is declared, bound to, published to or consumed from
  std::string other = {};  // what is bound from, or a new one's alternate or dead-letter exchange
  std::string key = {};
  bool has_other = false;
};

class Drawn {
 public:
  explicit Drawn(dse::RandomStream& random) : random_(random) {}

  std::string one_of(const std::vector<std::string>& texts) { return texts[random_.below(texts.size())]; }
  dse::Permissions permissions() {
    dse::Permissions drawn{
        .configure = one_of(kPatterns), .write = one_of(kPatterns), .read = one_of(kPatterns)};
    for (const char* exchange : {"t1", "f1"}) {
      if (random_.below(2) == 0)
        drawn.topics.push_back(
            {.exchange = exchange, .write = one_of(kTopicPatterns), .read = one_of(kTopicPatterns)});
    }
    return drawn;
  }
  AccessCase operation() {
    AccessCase drawn{
        .action = static_cast<Action>(random_.below(6)), .name = one_of(kNames), .key = one_of(kKeys)};
    const bool is_queue = drawn.action == Action::kConsume || drawn.action == Action::kBind;
    if (is_queue || drawn.action == Action::kBindExchange) {
      // What is not there is not found where it is permitted, which is another matter.
      drawn.name = one_of(is_queue ? std::vector<std::string>{"q1", "q2"}
                                   : std::vector<std::string>{"t1", "t2", "f1"});
      drawn.other = one_of({"t1", "t2", "f1"});
    } else if (drawn.action == Action::kPublish) {
      drawn.name = one_of({"t1", "t2", "f1", ""});
    } else if (drawn.name == "new.x") {
      drawn.has_other = random_.below(2) == 0;
      if (drawn.has_other) drawn.name += std::to_string(++new_ones_);  // there is none of that name yet
      drawn.other = one_of({"t1", "f1", "nowhere"});
    } else if (drawn.name == "amq.default") {
      drawn.name = "new.x";
    }
    return drawn;
  }

 private:
  dse::RandomStream& random_;
  std::size_t new_ones_ = 0;
};

dse::AccessRefusal refusal_here(const dse::AccessRules& rules, const AccessCase& one) {
  const std::optional<std::string> other = one.has_other ? std::optional(one.other) : std::nullopt;
  switch (one.action) {
    case Action::kExchange:
      return dse::refuse_exchange_declare(rules, one.name, other);
    case Action::kQueue:
      return dse::refuse_queue_declare(rules, one.name, other);
    case Action::kBind:
    case Action::kBindExchange:
      return dse::refuse_bind(rules, {.source = one.other,
                                      .destination = one.name,
                                      .to_exchange = one.action == Action::kBindExchange,
                                      .from_topic = one.other != "f1",
                                      .key = one.key});
    case Action::kPublish:
      if (auto refusal = dse::refuse_exchange_write(rules, one.name)) return refusal;
      return one.name.starts_with('t') ? dse::refuse_topic_write(rules, one.name, one.key) : std::nullopt;
    case Action::kConsume:
      break;
  }
  return dse::refuse_queue_read(rules, one.name);
}

void perform(dse::Connection& connection, dse::ChannelNumber channel, const AccessCase& one) {
  const std::string argument = one.action == Action::kQueue ? "x-dead-letter-exchange" : "alternate-exchange";
  const dse::AmqpArguments arguments =
      one.has_other ? dse::AmqpArguments{{argument, one.other}} : dse::AmqpArguments();
  switch (one.action) {
    case Action::kExchange:
      return connection.declare_exchange(
          channel, one.name, {.type = one.name == "f1" ? "fanout" : "topic", .arguments = arguments});
    case Action::kQueue:
      connection.declare_queue(channel, one.name, {.arguments = arguments});
      return;
    case Action::kBind:
      return connection.bind_queue(channel, {.source = one.other, .destination = one.name, .key = one.key});
    case Action::kBindExchange:
      return connection.bind_exchange(channel,
                                      {.source = one.other, .destination = one.name, .key = one.key});
    case Action::kPublish:
      connection.publish(channel, {.exchange = one.name, .message = {.key = one.key}});
      connection.declare_queue(channel, "q1", {.passive = true});  // which a closed channel does not answer
      return;
    case Action::kConsume:
      connection.consume(channel, one.name);
      return;
  }
}

// What the broker says; "" when it does what it was asked for.
std::string answer_of(dse::Connection& connection, const AccessCase& one) {
  const dse::ChannelNumber channel = connection.open_channel();
  try {
    perform(connection, channel, one);
  } catch (const dse::ChannelClosed& closed) {
    return fmt::format("{} {}", closed.code(), closed.what());
  }
  connection.close_channel(channel);
  return "";
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '"' || c == '\\' ? std::string{'\\', c} : std::string{c};
  return result + '"';
}

constexpr std::array<const char*, 3> kExchanges = {"t1", "t2", "f1"};
constexpr std::array<const char*, 2> kQueues = {"q1", "q2"};

std::string_view type_of(std::string_view exchange) { return exchange[0] == 'f' ? "fanout" : "topic"; }

// A virtual host with what the cases need, and users of it; rabbitmqctl is called once for all.
class AccessHost {
 public:
  AccessHost(const RabbitMq& broker, const std::vector<dse::Permissions>& users)
      : broker_(broker), name_(fmt::format("dse-access-{}", getpid())), users_(users.size()) {
    const ProgramFixture fixture;
    broker_.ctl({"import_definitions", fixture.write("access.json", definitions(users))});
  }
  ~AccessHost() {
    try {
      broker_.ctl({"eval", fmt::format("[rabbit_auth_backend_internal:delete_user(list_to_binary(\"{0}-\" ++ "
                                       "integer_to_list(N)), <<\"t\">>) || N <- lists:seq(0, {1})], "
                                       "rabbit_vhost:delete(<<\"{0}\">>, <<\"t\">>).",
                                       name_, users_ - 1)});
    } catch (const std::exception& error) {
      WARN("not deleted: " << error.what());
    }
  }

  const std::string& name() const { return name_; }
  std::string user(std::size_t number) const { return fmt::format("{}-{}", name_, number); }
  std::string url(std::size_t number) const {
    return fmt::format("amqp://{}:secret@127.0.0.1:{}/{}", user(number), broker_.port(), name_);
  }

 private:
  std::string definitions(const std::vector<dse::Permissions>& users) const {
    std::string logins;
    std::string permissions;
    std::string topics;
    for (std::size_t number = 0; number < users.size(); ++number) {
      const std::string subject = fmt::format(R"("user":"{}","vhost":"{}")", user(number), name_);
      const auto add = [](std::string& list, const std::string& one) {
        list += (list.empty() ? "" : ",") + one;
      };
      add(logins, fmt::format(R"({{"name":"{}","password":"secret","tags":[]}})", user(number)));
      const dse::Permissions& may = users[number];
      add(permissions, fmt::format(R"({{{},"configure":{},"write":{},"read":{}}})", subject,
                                   quoted(may.configure), quoted(may.write), quoted(may.read)));
      for (const dse::TopicPermissions& topic : may.topics) {
        add(topics, fmt::format(R"({{{},"exchange":"{}","write":{},"read":{}}})", subject, topic.exchange,
                                quoted(topic.write), quoted(topic.read)));
      }
    }
    std::string made;
    for (const char* exchange : kExchanges) {
      made += fmt::format(R"({}{{"name":"{}","vhost":"{}","type":"{}","durable":true,"auto_delete":false,)"
                          R"("internal":false,"arguments":{{}}}})",
                          made.empty() ? "" : ",", exchange, name_, type_of(exchange));
    }
    std::string queues;
    for (const char* queue : kQueues) {
      queues +=
          fmt::format(R"({}{{"name":"{}","vhost":"{}","durable":true,"auto_delete":false,"arguments":{{}}}})",
                      queues.empty() ? "" : ",", queue, name_);
    }
    return fmt::format(
        R"({{"vhosts":[{{"name":"{}"}}],"users":[{}],"permissions":[{}],"topic_permissions":[{}],)"
        R"("exchanges":[{}],"queues":[{}]}})",
        name_, logins, permissions, topics, made, queues);
  }

  const RabbitMq& broker_;
  std::string name_;
  std::size_t users_;
};

// A listener with what the cases need, and the same users.
class AccessListener {
 public:
  explicit AccessListener(const std::map<std::string, dse::Permissions>& users) : broker_(users) {
    dse::Connection connection({.address = broker_.address(), .name = "access"});
    const dse::ChannelNumber channel = connection.open_channel();
    for (const char* exchange : kExchanges)
      connection.declare_exchange(channel, exchange, {.type = std::string(type_of(exchange))});
    for (const char* queue : kQueues) connection.declare_queue(channel, queue, {});
  }

  dse::BrokerAddress address_of(const std::string& user) const {
    dse::BrokerAddress address = broker_.address();
    address.user = user;
    return address;
  }

 private:
  dse::EmbeddedBroker broker_;
};

// Whether the broker has refused what the rules refuse, with its text.
void check_answer(const std::string& broker, const std::string& answer, const dse::AccessRefusal& refusal) {
  CAPTURE(broker);
  if (refusal) {
    CHECK(answer.starts_with("403 "));
    CHECK_THAT(answer, ContainsSubstring(*refusal));
  } else {
    CHECK(answer == "");
  }
}

}  // namespace

TEST_CASE("access: RabbitMQ, a listener and the rules refuse the same, with the same words") {
  dse::RandomStreams streams(1);
  dse::RandomStream& random = streams.stream("access", "cases");
  Drawn drawn(random);
  std::vector<dse::Permissions> users(kUsers);
  for (dse::Permissions& one : users) one = drawn.permissions();
  const RabbitMq broker = RabbitMq::shared();
  const AccessHost host(broker, users);
  std::map<std::string, dse::Permissions> by_name;
  for (std::size_t number = 0; number < kUsers; ++number) by_name[host.user(number)] = users[number];
  const AccessListener listener(by_name);
  std::size_t permitted = 0;
  std::size_t refused = 0;
  for (std::size_t number = 0; number < kUsers; ++number) {
    const std::string user = host.user(number);
    const dse::AccessRules rules(users[number], {.user = user, .virtual_host = host.name()});
    const dse::AccessRules listener_rules(users[number], {.user = user, .virtual_host = "/"});
    dse::Connection connection(
        {.address = dse::parse_broker_url(host.url(number), "test"), .name = "access"});
    dse::Connection to_listener({.address = listener.address_of(user), .name = "access"});
    for (std::size_t i = 0; i < kOperationsOfUser; ++i) {
      const AccessCase one = drawn.operation();
      const dse::Permissions& may = users[number];
      CAPTURE(may.configure, may.write, may.read, static_cast<int>(one.action), one.name, one.other, one.key,
              one.has_other);
      const dse::AccessRefusal refusal = refusal_here(rules, one);
      check_answer("RabbitMQ", answer_of(connection, one), refusal);
      check_answer("listener", answer_of(to_listener, one), refusal_here(listener_rules, one));
      ++(refusal ? refused : permitted);
    }
  }
  CHECK(refused > kUsers);
  CHECK(permitted > kUsers);
}

TEST_CASE("access: a node ends with what the simulation said") {
  const RabbitMq broker = RabbitMq::shared();
  const AccessHost host(broker, {{.configure = ".*", .write = ".*"}});
  const ProgramFixture fixture;
  const std::string scenario = fixture.write(
      "s.toml",
      fmt::format("[user.{}]\nconfigure = '.*'\nwrite = '.*'\n[component.echo]\nkind = \"echo\"\nfrom = "
                  "\"q9\"\nuser = \"{}\"\n",
                  host.user(0), host.user(0)));
  CHECK(fixture.replay(scenario).status == 3);
  const std::string row = lines_of(read_file(fixture.run() + "/refused.csv")).back();
  const std::string text = row.substr(row.find("ACCESS_REFUSED"));
  CHECK(text == fmt::format("ACCESS_REFUSED - access to exchange 'q9' in vhost '/' refused for user '{}'",
                            host.user(0)));
  const Outcome node = run_process(
      broker_command(host.url(0), {"node", scenario, "echo", "--out", fixture.file("runs/node")}));
  CAPTURE(node.err);
  CHECK(node.status == 3);
  CHECK_THAT(node.err, ContainsSubstring(replaced(text, "vhost '/'", "vhost '" + host.name() + "'")));
}
