// The keys of a kind, as data: the reader of scenarios, the page of kinds, and everything else that needs to
// know what a [component.NAME] may hold use one table.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dse/drawn_time.h"
#include "dse/time.h"

namespace dse {

// What type of value a key has.
enum class KeyType {
  kText,
  kLine,        // text without control characters
  kResource,    // the name of a resource
  kRoutingKey,  // at most 255 bytes, no control characters
  kBrokerName,  // the name of an exchange or queue on a real broker: 1 to 255 bytes, no control characters
  kName,        // the name of a component
  kFile,        // the path of a file, relative to the scenario's folder
  kFolder,      // the path of a folder, relative to the scenario's; by default that one
  kTexts,       // a text, or a list of at least one
  kChoice,      // one of `choices`
  kNamedTable,  // one of `choices`, or a table that has one as `name` and sets its parameters
  kLearner,     // the name of a learner, or a table that names a program
  kData,        // the NAME of a [data.NAME]
  kInteger,     // from `range`
  kNumber,      // a finite floating-point number, or an integer
  kFlag,        // true or false
  kDuration,    // "50us"
  kDrawnTime,   // "50us", { uniform = ["1ms", "9ms"] } or { exponential = "5ms" }
  kRate,        // "2000/s"
  kPair,        // two integers in a list
  kTable,       // a table of anything
};

// A table of anything, as a JSON object on one line. Dates and infinite numbers are texts in it.
struct TableText {
  std::string json;

  bool operator==(const TableText&) const = default;
};

// The value of a key; monostate: none. Texts of every sort are a string, a duration is ns in an int64, a
// learner, as what a kNamedTable says, is a string or a TableText.
using KeyValue =
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<std::string>, Rate,
                 std::pair<std::int64_t, std::int64_t>, TableText, DrawnTime>;

// How a key bounds what its component writes. The minimiser uses it to look for a smaller run.
enum class KeyBound {
  kNone,
  kCount,  // an integer: at most this many messages
  kSlice,  // two integers: the first and one past the last of what there is to write
};

struct KeyRange {
  std::int64_t least = std::numeric_limits<std::int64_t>::min();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

struct KeyInfo {
  std::string name = {};  // "batch"; "service.train" within a table of its own
  KeyType type = KeyType::kText;
  bool required = false;
  KeyValue fallback = {};  // the value when the key is not there, of the key's type; monostate: none
  KeyRange range = {};     // integers lie in it
  std::vector<std::string> choices = {};
  KeyBound bound = KeyBound::kNone;
  std::string meaning = {};  // for human readers: "images of one training step"
};

}  // namespace dse
