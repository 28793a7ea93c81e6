// A program that speaks the protocol of docs/program-protocol.md well but for one call, and the scenario in
// which it is a component, or the learner of a model.
#pragma once

#include <string>

#include "support/program_fixture.h"

// What the program is in the scenario.
enum class As { kProgram, kLearner };

// Statements of Python with which the program does something odd when it gets the call `when`. `call` is the
// call; `say(text)` writes a line to standard output; `good(call)` is the reply that would be right. A text
// that they return is said in place of it.
struct Odd {
  As as = As::kProgram;
  std::string when = "deliver";
  std::string body = {};
  std::string more = {};            // statements of Python before the first call
  std::string keys = {};            // more keys of the component
  std::string patience = "60s";
  std::string command = R"(["python3", "odd.py"])";
};

// Writes the program and the scenario, and returns the path of the latter. Ten messages are delivered to the
// component `odd`, one each millisecond from 1 ms on; a learner gets the first of them in batches of 2, and the
// ones that follow have no label.
std::string write_odd(const ProgramFixture& fixture, const Odd& odd);

// Waits until no process has the folder as its working directory, for some seconds; returns whether there is
// none.
bool none_left_in(const std::string& folder);
