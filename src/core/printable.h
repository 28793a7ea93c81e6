// Text from outside as part of a line for human readers: in a log, a report or a terminal.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// The text as one line that no terminal acts on. A backslash (\\), control characters and bytes that are not
// UTF-8 (\x1b), and characters that end a line or change the direction of writing (\u202e) are escaped.
std::string printable(std::string_view text);
// The same in double quotes, with those inside it escaped.
std::string quoted_text(std::string_view text);
// The text as one word of a line: printable(), but quoted_text() when it contains a space or a quote, so that
// no word looks like several.
std::string printable_word(std::string_view text);
// A whole message, parts of which may be escaped already: printable(), but backslashes stay as they are.
std::string one_line(std::string_view message);

// Whether the text is valid UTF-8.
bool is_utf8(std::string_view text);

}  // namespace dse
