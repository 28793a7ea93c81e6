// What a user may do in one virtual host, as RabbitMQ 3.10 decides it (rabbit_auth_backend_internal,
// rabbit_access_control), and what it says where it refuses.
//
// A pattern is looked for anywhere in a name (NamePattern), and an empty one stands for `^$`. The default
// exchange, whose name is empty, counts as `amq.default`. The patterns of topic permissions may hold
// {username} and {vhost}, which are replaced by what they name as it is: a user called `a.c` also gets the
// keys of `abc`. RabbitMQ ends the connection (541) when that makes a pattern that is none; here it permits
// nothing. A name for which a pattern takes too many steps is not permitted.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/name_pattern.h"
#include "access/permissions.h"

namespace dse {

// Whom the rules are for.
struct AccessSubject {
  std::string user = {};
  std::string virtual_host = "/";
};

// Used by one thread at a time.
class AccessRules {
 public:
  // Throws std::invalid_argument, which names the permission and says what is wrong with its pattern.
  AccessRules(const Permissions& permissions, AccessSubject subject);

  // The name of an exchange or a queue.
  bool may_configure(std::string_view name) const { return permits(configure_, name); }
  bool may_write(std::string_view name) const { return permits(write_, name); }
  bool may_read(std::string_view name) const { return permits(read_, name); }
  // The routing key of a message to this topic exchange, or of a binding from it.
  bool may_write_topic(std::string_view exchange, std::string_view key) const;
  bool may_read_topic(std::string_view exchange, std::string_view key) const;

  // What RabbitMQ says with the code 403 when it does not permit something to the user: at most 255 bytes, of
  // which the last three are dots when something is cut off.
  std::string exchange_refusal(std::string_view name) const;
  std::string queue_refusal(std::string_view name) const;
  std::string topic_refusal(std::string_view exchange, std::string_view key) const;

  const AccessSubject& subject() const { return subject_; }

 private:
  // Empty where expansion has made no pattern of it.
  using Pattern = std::optional<NamePattern>;
  struct TopicRule {
    std::string exchange;
    Pattern write;
    Pattern read;
  };

  static bool permits(const Pattern& pattern, std::string_view name);
  static bool matches(const Pattern& pattern, std::string_view text);
  Pattern expanded(std::string pattern) const;
  const TopicRule* find_topic(std::string_view exchange) const;

  AccessSubject subject_;
  Pattern configure_;
  Pattern write_;
  Pattern read_;
  std::vector<TopicRule> topics_;
};

}  // namespace dse
