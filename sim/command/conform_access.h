// dse conform --access: what users may do, in the process, over a listener and on a real broker.
#pragma once

#include <string>

#include "sim/command/broker_options.h"
#include "sim/conform/access_users.h"

namespace dse {

struct ConformAccess {
  AccessRange range;
  bool listener = false;
  std::string write_users;  // the file to write; "": cases are compared
  std::string users;        // the file that a real broker has imported; "": it is not compared
  bool json = false;
};

// Returns the exit status. Throws InputError when nothing is named to compare with, and BrokerError.
int conform_access(const ConformAccess& arguments, const BrokerArguments& broker);

}  // namespace dse
