// What can go wrong. In the program dse, run_command_line alone catches all of these; a program that embeds
// the library catches what it can act on.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

namespace dse {

// Where in the user's input an error lies. Lines and columns count from 1; 0 means "not known".
struct InputPlace {
  std::string file;
  int line = 0;
  int column = 0;
  std::string key;
};

// A wrong command line, scenario or data file: exit status 2. what() is
// "file:line:column: key: text", without the parts that are not known.
class InputError : public std::runtime_error {
 public:
  InputError(const InputPlace& place, const std::string& text);

  const InputPlace& place() const { return place_; }
  // The text without the place.
  const std::string& text() const { return text_; }

 private:
  InputPlace place_;
  std::string text_;
};

// Several errors found in one reading, so that the user can mend them in one go. As an InputError it is the
// first of them.
class InputErrors : public InputError {
 public:
  // `errors` holds at least one.
  explicit InputErrors(std::vector<InputError> errors);

  const std::vector<InputError>& all() const { return all_; }

 private:
  std::vector<InputError> all_;
};

// Something in the input names what is not there, perhaps only because what it names could not be read.
class UnknownName : public InputError {
 public:
  using InputError::InputError;
};

// All the errors that were thrown with it.
std::vector<InputError> errors_in(const InputError& error);
// Throws the only error, or all of them as one; returns when there is none.
void throw_if_any(std::vector<InputError> errors);

// Something failed while running: a full disk, an unwritable folder, virtual time used up. Exit status 3.
class RunError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A learner has no state to save: it is a program that does not answer `save`.
class NothingSaved : public RunError {
 public:
  using RunError::RunError;
};

// The library was used in a way that makes no sense, and nothing was done: a kind was added twice, or a run
// was continued after its end.
class UsageError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// The user interrupted a wait before anything came of it. Exit status 130.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

}  // namespace dse
