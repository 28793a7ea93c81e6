#include "sim/report/html.h"

#include "support/catch.h"

using namespace dse;
using namespace std::string_literals;

TEST_CASE("text from outside is nothing but text, in an element and in an attribute") {
  CHECK(html_text("<script>alert(\"1\")</script> & more") ==
        "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more");
  CHECK(html_text("\" onload=\"x") == "&quot; onload=&quot;x");
  CHECK(html_text("&amp;") == "&amp;amp;");
  CHECK(html_text("Zürich ☃") == "Zürich ☃");
  CHECK(html_text("") == "");
}

TEST_CASE(
    "what no page may hold is escaped: control characters, bytes that are no UTF-8, changes of direction") {
  CHECK(html_text("a\x1b[2Jb") == "a\\x1b[2Jb");
  CHECK(html_text("a\0b"s) == "a\\x00b");
  CHECK(html_text("a\nb\x7f") == "a\\x0ab\\x7f");
  CHECK(html_text("a\xff\xc3") == "a\\xff\\xc3");
  CHECK(html_text("a\u202eb") == "a\\u202eb");
}

TEST_CASE("a table has a caption, heads of columns and rows, and escapes every cell") {
  HtmlTable table("<caption>", {{"<name>"}, {"count", true}});
  CHECK(table.empty());
  table.add_row({"<b>", "1"});
  table.add_row({"c", "\"2\""});
  CHECK_FALSE(table.empty());
  CHECK(table.text() ==
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"&lt;caption&gt;\"><table>"
        "<caption>&lt;caption&gt;</caption>\n"
        "<thead><tr><th scope=\"col\">&lt;name&gt;</th><th scope=\"col\" "
        "class=\"number\">count</th></tr></thead>\n"
        "<tbody>\n"
        "<tr><th scope=\"row\">&lt;b&gt;</th><td class=\"number\">1</td></tr>\n"
        "<tr><th scope=\"row\">c</th><td class=\"number\">&quot;2&quot;</td></tr>\n"
        "</tbody></table></div>\n");
}

TEST_CASE("what opens has a summary of text, and content of HTML") {
  CHECK(html_details("a < b", "<p>c</p>") == "<details><summary>a &lt; b</summary>\n<p>c</p></details>\n");
}
