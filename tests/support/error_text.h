// The error texts of refused calls.
#pragma once

#include <string>

#include "dse/error.h"

// The text of the error of type Error that the call throws; "" when it throws none.
template <typename Error, typename Call>
std::string error_text(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

// The same for an InputError, and for a call that is a programmer's mistake.
template <typename Call>
std::string input_error(const Call& call) {
  return error_text<dse::InputError>(call);
}
template <typename Call>
std::string usage(const Call& call) {
  return error_text<dse::UsageError>(call);
}
