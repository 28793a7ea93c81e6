// What a call that makes no sense is told.
#pragma once

#include <string>

#include "dse/error.h"

// The text of the UsageError that the call throws; "" when it throws none.
template <typename Call>
std::string usage(const Call& call) {
  try {
    call();
  } catch (const dse::UsageError& error) {
    return error.what();
  }
  return "";
}
