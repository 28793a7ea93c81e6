// Texts and header values as JSON: what JSON cannot say is tagged (docs/program-protocol.md).
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "dse/headers.h"
#include "protocol/json.h"

namespace dse {

// What a program has said is not what the protocol has; the text says what was expected and what was found.
class ProtocolError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The most bytes of a short string of AMQP 0-9-1: a routing key, an id, the name of a header.
inline constexpr std::size_t kShortStringBytes = 255;

// What is nested deeper than this in a line is neither a message nor anything else that is said in one: a
// header's table takes two levels for each of its own, and few levels are around it.
inline constexpr int kJsonDepthMax = 2 * kHeaderNestingMax + 16;

// How values are said.
enum class JsonForm {
  kProtocol,  // as programs read them (docs/program-protocol.md)
  // As files keep them (docs/jsonl.md), to the bit: a NaN other than the usual one has its bits behind it,
  // and a table with a name that is not UTF-8 is a list of names and values. Such a name may be empty.
  kExact,
};

// Appends the text as a JSON string, or tagged when it is not UTF-8.
void append_json_text(std::string_view text, std::string& line);
void append_json_value(const HeaderValue& value, std::string& line, JsonForm form = JsonForm::kProtocol);
// Appends an object, or, in the exact form, perhaps a list.
void append_json_headers(const Headers& headers, std::string& line, JsonForm form = JsonForm::kProtocol);
// Whether they can be said in JSON: every name, also of what is nested, is UTF-8.
bool is_sayable(const Headers& headers);
bool is_sayable(const HeaderValue& value);

// Each throws ProtocolError; `what` names the value: "the key of a message".
std::string read_text(const Json& json, std::string_view what);
HeaderValue read_value(const Json& json, std::string_view what);
// An object of header values, or, in the exact form, perhaps a list.
Headers read_headers(const Json& json, JsonForm form = JsonForm::kProtocol);
// A finite number, tagged or bare.
double read_number(const Json& json, std::string_view what);

// A piece of JSON for an error, cut after some characters.
std::string shown(const Json& json);
// The same for a text that the program has chosen, in quotes.
std::string shown_text(std::string_view text);
// Throws ProtocolError unless `json` is an object with no other members than these.
void require_members(const Json& json, std::initializer_list<std::string_view> members,
                     std::string_view what);

}  // namespace dse
