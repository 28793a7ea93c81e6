// Text from outside as part of a line for people: of a log, a report or a terminal.
#pragma once

#include <string>
#include <string_view>

namespace dse {

// The text in one line that no terminal acts on. Escaped are a backslash (\\), control characters and bytes
// that are no UTF-8 (\x1b), and characters that end a line or change the direction of writing (\u202e).
std::string printable(std::string_view text);
// The same within double quotes, those in it escaped.
std::string quoted_text(std::string_view text);
// The text as one word of a line of words: printable(), but quoted_text() when a space or a quote is in it,
// so that no word pretends to be several.
std::string printable_word(std::string_view text);
// A whole message, parts of which may be escaped already: printable(), but backslashes stay as they are.
std::string one_line(std::string_view message);

// Whether the text is valid UTF-8.
bool is_utf8(std::string_view text);

}  // namespace dse
