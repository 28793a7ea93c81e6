// Markdown as people read it on a terminal.
#include "sim/explain/plain_text.h"

#include "support/catch.h"

using namespace dse;

TEST_CASE("plain text: paragraphs and items are filled, links and marks are left out, code is as it is") {
  CHECK(
      plain_text(
          "One **bold** word and\n[a link](page.md#here) with `a *b* [c](d)`.\n\n- an item\n  that goes on\n"
          "- another\n\n```toml\na  = [1]  # no heading\n```\n") ==
      "One bold word and a link with `a *b* [c](d)`.\n\n- an item that goes on\n- another\n\n"
      "    a  = [1]  # no heading\n");
  CHECK(plain_line("4 * 5 is *not* **at all** [this] and [`that`](x)") ==
        "4 * 5 is not at all [this] and `that`");
}

TEST_CASE("plain text: a table is a list of its rows") {
  CHECK(plain_text("| key | default | meaning |\n| --- | --- | --- |\n| `a`, `b` | `1` | what it is |\n"
                   "| `c` | | `x \\| y` |\n\nAfter.\n") ==
        "  `a`, `b`  (default: `1`)\n      what it is\n  `c`\n      `x | y`\n\nAfter.\n");
}

TEST_CASE("plain text: sections end at headings, not at comments of code") {
  const std::vector<MarkdownSection> sections =
      markdown_sections("# A\na\n## `[b]`\n```\n# c\n```\n##### d\ne\n### f\n");
  REQUIRE(sections.size() == 3);
  CHECK(sections[0].body == "a\n");
  CHECK(sections[1].title == "`[b]`");
  CHECK(sections[1].body == "```\n# c\n```\n##### d\ne\n");
  CHECK(sections[2].level == 3);
}
