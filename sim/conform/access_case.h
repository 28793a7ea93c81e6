// A conformance case of permissions: a user and what it tries to do, drawn from a seed. Some of it is
// refused.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "access/operation_access.h"
#include "access/permissions.h"
#include "amqp/connection.h"

namespace dse {

enum class AccessAction { kDeclareExchange, kDeclareQueue, kBindQueue, kBindExchange, kPublish, kConsume };
inline constexpr std::uint64_t kAccessActions = 6;

struct AccessOperation {
  AccessAction action = AccessAction::kDeclareExchange;
  std::string name = {};   // what is declared, bound to, published to or consumed from
  std::string other = {};  // what is bound from, or a new one's alternate or dead-letter exchange
  std::string key = {};
  bool has_other = false;  // whether a new exchange or queue has such an exchange
};

struct AccessCase {
  Permissions permissions;
  std::vector<AccessOperation> operations;
};

// The case of this number, which depends only on the two numbers.
AccessCase draw_access_case(std::uint64_t seed, std::uint64_t number);

// What is there before each case: all that its operations need.
struct AccessExchange {
  std::string_view name;
  std::string_view type;
};
inline constexpr std::array<AccessExchange, 3> kAccessExchanges = {
    {{"t1", "topic"}, {"t2", "topic"}, {"f1", "fanout"}}};
inline constexpr std::array<std::string_view, 2> kAccessQueues = {"q1", "q2"};

// What the rules say of the operation.
AccessRefusal refusal_of(const AccessOperation& operation, const AccessRules& rules);

// What the broker says, such as "403 ACCESS_REFUSED - ...", as the library words it; "" when it does what it
// was asked for. Throws BrokerError when the connection is lost.
std::string answer_to(const AccessOperation& operation, Connection& connection);

// One line for human readers: `bind queue "q1" to t1, key "a.b"`.
std::string describe(const AccessOperation& operation);
// `configure "^t", write ".*", read "", topic t1: write "^a", read ".*"`.
std::string describe(const Permissions& permissions);

}  // namespace dse
