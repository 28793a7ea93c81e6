#include "sim/scenario/tree_text.h"

#include <algorithm>
#include <string_view>

#include "core/readable.h"

namespace dse {
namespace {

constexpr std::size_t kFurther = 4;  // further lines of a text stand this much deeper

// `first` stands before the first line of the node, `rest` before all others below it.
void add_node(const TextTree& node, const std::string& first, const std::string& rest, std::size_t width,
              std::string& out) {
  const std::size_t taken = display_width(first);
  const WrapOptions options{.width = width > taken + 20 ? width - taken : 20, .indent = kFurther};
  std::string text = wrapped(node.text, options) + "\n";
  const std::string further = rest + (node.children.empty() ? " " : "│");
  std::string before = first;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    // The first of the columns that further lines are indented by is the line down to the children.
    const bool is_further = begin > 0;
    out += before + text.substr(begin + (is_further ? 1 : 0), end - begin - (is_further ? 1 : 0));
    before = further;
    begin = end;
  }
  for (const TextTree& child : node.children) {
    const bool is_last = &child == &node.children.back();
    add_node(child, rest + (is_last ? "└─ " : "├─ "), rest + (is_last ? "   " : "│  "), width, out);
  }
}

}  // namespace

std::string tree_text(const TextTree& tree, const TreeStyle& style) {
  std::string out;
  const std::string indent(style.indent, ' ');
  add_node(tree, indent, indent, style.width, out);
  return out;
}

}  // namespace dse
