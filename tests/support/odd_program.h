// A program that speaks the protocol of docs/program-protocol.md well but for one call, and the
// scenario in which it is a component, or the learner of a model.
#pragma once

#include <string>
#include <vector>

#include "support/program_fixture.h"

// What the program is in the scenario.
enum class As { kProgram, kLearner };

// Statements of Python with which the program does something odd when it gets the call `when`.
// `call` is the call; `say(text)` writes a line to standard output; `good(call)` is the reply that
// would be right. A text that they return is said in place of it.
struct Odd {
  As as = As::kProgram;
  std::string when = "deliver";
  std::string body = {};
  std::string more = {};  // statements of Python before the first call
  std::string keys = {};  // more keys of the component
  std::string patience = "100s";
  std::string command = R"(["python3", "odd.py"])";
};

// Each kind of call to a program of each kind, without a body.
inline const std::vector<Odd> kEveryCall = {
    {.as = As::kProgram, .when = "start"},  {.as = As::kProgram, .when = "deliver"},
    {.as = As::kProgram, .when = "finish"}, {.as = As::kLearner, .when = "start"},
    {.as = As::kLearner, .when = "train"},  {.as = As::kLearner, .when = "predict"},
    {.as = As::kLearner, .when = "digest"}, {.as = As::kLearner, .when = "finish"}};

// Writes the program and the scenario, and returns the path of the latter. Ten messages are
// delivered to the component `odd`, one each millisecond from 1 ms on; a learner gets the first of
// them in batches of 2, and the ones that follow have no label.
std::string write_odd(const ProgramFixture& fixture, const Odd& odd);

// Waits until no process has the folder as its working directory, for some seconds; returns whether
// there is none.
bool none_left_in(const std::string& folder);

// The messages of dse itself among the lines of its standard error, but for warnings.
std::vector<std::string> messages_in(const std::string& err);
