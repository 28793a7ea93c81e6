// A tree of texts, drawn with lines for a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dse {

struct TextTree {
  std::string text;
  std::vector<TextTree> children = {};
};

// The tree in lines of at most `width` columns, unless a word is longer; each line has its end. What goes on
// in a further line is indented. UTF-8, whatever the locale.
struct TreeStyle {
  std::size_t width = 80;
  std::size_t indent = 0;  // every line begins with so many spaces
};
std::string tree_text(const TextTree& tree, const TreeStyle& style);

}  // namespace dse
