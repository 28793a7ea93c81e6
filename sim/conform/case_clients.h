// The two clients that do a conformance case on a broker, each with a connection of its own. One thread.
#pragma once

#include <functional>
#include <memory>

#include "amqp/connection.h"

namespace dse {

using MakeConnection = std::function<std::unique_ptr<Connection>()>;

class CaseClients {
 public:
  explicit CaseClients(const MakeConnection& connect) : first_(connect()), second_(connect()) {}

  Connection& first() { return *first_; }
  Connection& second() { return *second_; }

 private:
  std::unique_ptr<Connection> first_;
  std::unique_ptr<Connection> second_;
};

}  // namespace dse
