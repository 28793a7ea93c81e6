// Gathers everything that is wrong in a scenario file: an error in one table does not keep others from being
// read.
#pragma once

#include <utility>
#include <vector>

#include "dse/error.h"
#include "sim/scenario/table_reader.h"

namespace dse {

class GatheredErrors {
 public:
  // Reads something, and keeps the InputErrors that it throws.
  template <typename Read>
  void attempt(const Read& read) {
    try {
      read();
    } catch (const InputError& error) {
      for (const InputError& one : errors_in(error)) errors_.push_back(one);
    }
  }
  // The same for what refers to other tables by name. Once one of those is wrong, it is not known which names
  // there would be, so unknown names are reported only when the rest has been mended.
  template <typename Read>
  void attempt_reference(const Read& read) {
    attempt([&] {
      try {
        read();
      } catch (const UnknownName&) {
        if (names_are_whole_) throw;
      }
    });
  }
  // Must be called when everything that names refer to has been read. Returns whether it was right.
  bool names_are_read() { return names_are_whole_ = errors_.empty(); }
  // Throws the errors that were kept, in the order of the file.
  void finish() { throw_if_any(in_order(std::move(errors_))); }

 private:
  std::vector<InputError> errors_;
  bool names_are_whole_ = true;
};

}  // namespace dse
