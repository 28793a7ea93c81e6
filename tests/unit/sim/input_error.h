// What the user is told.
#pragma once

#include <string>

#include "dse/error.h"

// The message of the InputError that `action` throws; "" when it throws none.
template <typename Action>
std::string input_error(const Action& action) {
  try {
    action();
  } catch (const dse::InputError& error) {
    return error.what();
  }
  return "";
}
