// The keys of a kind, as data: the reader of scenarios, the page of docs and whoever else wants to know what
// may stand in a [component.NAME] go by one table.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dse/time.h"

namespace dse {

// What may stand behind a key.
enum class KeyType {
  kText,
  kLine,        // text without control characters
  kResource,    // the name of a resource
  kRoutingKey,  // at most 255 bytes, no control characters
  kBrokerName,  // of an exchange or queue on a broker: 1 to 255 bytes, no control characters
  kName,        // of a component
  kFile,        // the path of a file, relative to the scenario's folder
  kTexts,       // a text, or a list of at least one
  kChoice,      // one of `choices`
  kLearner,     // the name of a learner
  kInteger,     // from `range`
  kNumber,      // a finite floating-point number, or an integer
  kFlag,        // true or false
  kDuration,    // "50us"
  kRate,        // "2000/s"
  kPair,        // two integers in a list
};

// What stands behind it; monostate: nothing. Of texts of every sort a string, of a duration ns in an int64.
using KeyValue = std::variant<std::monostate, bool, std::int64_t, double, std::string,
                              std::vector<std::string>, Rate, std::pair<std::int64_t, std::int64_t>>;

// How a key bounds what its component writes. Whoever looks for a smaller run goes by it.
enum class KeyBound {
  kNone,
  kCount,  // an integer: at most so many messages
  kSlice,  // two integers: the first and one past the last of what there is to write
};

struct KeyRange {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct KeyInfo {
  std::string name = {};  // "batch"; within a table of its own "service.train"
  KeyType type = KeyType::kText;
  bool required = false;
  KeyValue fallback = {};  // what holds when it is not there, of the key's type; monostate: nothing
  KeyRange range = {};     // of integers
  std::vector<std::string> choices = {};
  KeyBound bound = KeyBound::kNone;
  std::string meaning = {};  // for people: "images of one training step"
};

}  // namespace dse
