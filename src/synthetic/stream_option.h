// The options of synthetic streams, as data: what reads or describes them uses one table.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dse/key_info.h"

namespace dse {

struct NumberRange {
  double least = 0;
  double most = 1;
};

struct StreamOption {
  KeyInfo key;               // an integer, a number or a flag, with a fallback; integers lie in its range
  NumberRange numbers = {};  // numbers lie in it
  std::string source;        // where the option and its fallback come from
};

// The values of options, by name: a bool, an int64 or a double each. An option that is absent, or holds
// monostate, has its fallback.
using StreamValues = std::map<std::string, KeyValue, std::less<>>;

// The values of all options of one stream.
class StreamOptionReader {
 public:
  // `stream` is the stream's name, for messages. Throws std::invalid_argument, with a sentence for the user,
  // when a value belongs to none of the options, is of another type or lies out of range.
  StreamOptionReader(const std::string& stream, const std::vector<StreamOption>& options,
                     const StreamValues& values);

  // Each reads an option of the table that has this type.
  int integer(std::string_view name) const;
  double number(std::string_view name) const;
  bool flag(std::string_view name) const;

 private:
  StreamValues values_;
};

}  // namespace dse
