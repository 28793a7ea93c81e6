// Text from outside in lines for human readers.
#include "core/printable.h"

#include "support/catch.h"

using namespace dse;

TEST_CASE("printable text stays as it is") {
  for (const std::string text : {"", "trainer-0", "a b", "ü€😀", "it's", "say \"a\"", "{k=v}"})
    CHECK(printable(text) == text);
}

TEST_CASE("control characters are escaped, and the backslash that escapes them") {
  CHECK(printable("a\nb\r\tc") == "a\\x0ab\\x0d\\x09c");
  CHECK(printable("\x1b[2J") == "\\x1b[2J");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\x7f") == "\\x7f");
  CHECK(printable("\\x1b") == "\\\\x1b");
}

TEST_CASE("characters that end a line, or change the direction of writing, are escaped") {
  CHECK(printable("a\u0085b") == "a\\u0085b");
  CHECK(printable("\u2028\u2029") == "\\u2028\\u2029");
  CHECK(printable("\u202egpj.exe") == "\\u202egpj.exe");
  CHECK(printable("\u2066x\u2069") == "\\u2066x\\u2069");
  CHECK(printable("\ufeffx") == "\\ufeffx");
  CHECK(printable("\u009b2J") == "\\u009b2J");  // the control sequence introducer in one character
}

TEST_CASE("bytes that are no UTF-8 are escaped one by one") {
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("a\xc3") == "a\\xc3");
  CHECK(printable("\xc3(ü") == "\\xc3(ü");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
  CHECK(printable("\xc0\xaf") == "\\xc0\\xaf");           // an overlong slash
}

TEST_CASE("quoted text cannot end its quotes") {
  CHECK(quoted_text("plain") == "\"plain\"");
  CHECK(quoted_text("1\", b = \"2") == "\"1\\\", b = \\\"2\"");
  CHECK(quoted_text("a\\") == "\"a\\\\\"");
  CHECK(quoted_text("a\nb") == "\"a\\x0ab\"");
}

TEST_CASE("a word of a line stays one word") {
  CHECK(printable_word("trainer-0") == "trainer-0");
  CHECK(printable_word("") == "");
  CHECK(printable_word("a label=7") == "\"a label=7\"");
  CHECK(printable_word("say\"a\"") == "\"say\\\"a\\\"\"");
  CHECK(printable_word("a\nb") == "a\\x0ab");
}

TEST_CASE("a whole message keeps its backslashes") {
  CHECK(one_line("it was \\x1b[2J\x1b[2J\n") == "it was \\x1b[2J\\x1b[2J\\x0a");
}

TEST_CASE("what is UTF-8") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("ü€😀"));
  CHECK_FALSE(is_utf8("\xff"));
  CHECK_FALSE(is_utf8("a\xc3"));
}
