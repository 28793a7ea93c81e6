// Trees in lines.
#include "sim/scenario/tree_text.h"

#include "support/catch.h"

using namespace dse;

TEST_CASE("a tree has a line for each node, and lines down to the last child") {
  const TextTree tree{"root", {{"a", {{"a1"}, {"a2"}}}, {"b", {{"b1"}}}}};
  CHECK(tree_text(tree, {}) ==
        "root\n"
        "├─ a\n"
        "│  ├─ a1\n"
        "│  └─ a2\n"
        "└─ b\n"
        "   └─ b1\n");
}

TEST_CASE("a text that is too long goes on beside the tree") {
  const TextTree tree{"one two three four five six", {{"seven eight nine ten eleven twelve"}, {"b"}}};
  CHECK(tree_text(tree, {.width = 24, .indent = 1}) ==
        " one two three four five\n"
        " │   six\n"
        " ├─ seven eight nine ten\n"
        " │      eleven twelve\n"
        " └─ b\n");
}
