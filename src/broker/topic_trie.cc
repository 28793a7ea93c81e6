#include "broker/topic_trie.h"

#include <algorithm>

#include "core/check.h"

namespace dse {
namespace {

// Removes the next word from `rest`; false when there is none. "a." has two words, "" has none.
bool next_word(std::string_view& rest, bool& more, std::string_view& word) {
  if (!more) return false;
  const std::size_t dot = rest.find('.');
  word = rest.substr(0, dot);
  more = dot != std::string_view::npos;
  rest = more ? rest.substr(dot + 1) : std::string_view();
  return true;
}

// Values that match have the same hash, unless the wanted one is void.
std::uint64_t entry_hash(const Headers::Entry& entry) {
  return hash_chain(hash_text(entry.first), match_hash(entry.second));
}

// A binding whose void value takes each value of this name is found by this.
std::uint64_t name_hash(const Headers::Entry& entry) { return hash_text(entry.first); }

bool holds(const Headers& wanted, HeaderMatch match, const Headers& headers) {
  const auto present = [&headers](const Headers::Entry& entry) {
    const HeaderValue* value = headers.find(entry.first);
    return value != nullptr && matches(entry.second, *value);
  };
  if (match == HeaderMatch::kAll) return std::all_of(wanted.begin(), wanted.end(), present);
  return std::any_of(wanted.begin(), wanted.end(), present);
}

}  // namespace

TopicTrie::TopicTrie() { add_node(); }

TopicTrie::NodeIndex TopicTrie::add_node() {
  nodes_.emplace_back();
  return static_cast<NodeIndex>(nodes_.size() - 1);
}

TopicTrie::NodeIndex TopicTrie::find_child(NodeIndex index, std::string_view word) const {
  const Node& node = nodes_[index];
  // `#.#` takes what `#` takes.
  if (word == "#") return node.is_hash ? index : node.hash;
  if (word == "*") return node.star;
  if (node.branches == nullptr) return kNone;
  const auto found = node.branches->words.find(word);
  return found == node.branches->words.end() ? kNone : found->second;
}

TopicTrie::NodeIndex TopicTrie::child(NodeIndex node, std::string_view word) {
  const NodeIndex found = find_child(node, word);
  if (found != kNone) return found;
  const NodeIndex made = add_node();
  if (word == "*") {
    nodes_[node].star = made;
  } else if (word == "#") {
    nodes_[node].hash = made;
    nodes_[made].is_hash = true;
  } else {
    nodes_[node].made_branches().words.emplace(word, made);
  }
  return made;
}

bool TopicTrie::Node::add_queue(ResourceIndex queue) {
  const std::span<const ResourceIndex> bound = queues();
  const auto place = std::lower_bound(bound.begin(), bound.end(), queue);
  if (place != bound.end() && *place == queue) return false;
  const auto at = place - bound.begin();
  if (bound.size() < few_queues.size()) {
    std::copy_backward(few_queues.begin() + at, few_queues.begin() + few_count,
                       few_queues.begin() + few_count + 1);
    few_queues[static_cast<std::size_t>(at)] = queue;
    ++few_count;
    return true;
  }
  std::vector<ResourceIndex>& many = made_branches().queues;
  if (few_count > 0) many.assign(few_queues.begin(), few_queues.end());
  few_count = 0;
  many.insert(many.begin() + at, queue);
  return true;
}

bool TopicTrie::add(const BindingSpec& binding, ResourceIndex queue) {
  NodeIndex at = 0;
  std::string_view rest = binding.key;
  bool more = !binding.key.empty();
  for (std::string_view word; next_word(rest, more, word);) at = child(at, word);

  Node& node = nodes_[at];
  if (binding.headers.empty()) {
    return node.add_queue(queue);
  }
  Branches& branches = node.made_branches();
  std::vector<Conditional>& conditionals = branches.conditionals;
  const auto is_same = [&](const Conditional& other) { return other.is(binding, queue); };
  if (std::any_of(conditionals.begin(), conditionals.end(), is_same)) return false;
  const auto number = static_cast<std::uint32_t>(conditionals.size());
  conditionals.push_back({.headers = binding.headers, .match = binding.match, .queue = queue});
  for (const Headers::Entry& entry : binding.headers) {
    const bool takes_any = std::holds_alternative<HeaderVoid>(entry.second);
    branches.takes_any |= takes_any;
    branches.by_header[takes_any ? name_hash(entry) : entry_hash(entry)].push_back(number);
    // When all must match, indexing the binding by one of them is enough.
    if (binding.match == HeaderMatch::kAll) break;
  }
  return true;
}

std::uint64_t TopicTrie::taken(const BindingSpec& binding, ResourceIndex queue) const {
  NodeIndex at = 0;
  std::string_view rest = binding.key;
  bool more = !binding.key.empty();
  for (std::string_view word; at != kNone && next_word(rest, more, word);) at = find_child(at, word);
  DSE_CHECK(at != kNone, "a binding with the key '{}' was never added", binding.key);
  const Node& node = nodes_[at];
  if (binding.headers.empty()) return node.matched;
  DSE_CHECK(node.has_conditionals(), "a binding with the key '{}' was never added", binding.key);
  const std::vector<Conditional>& conditionals = node.branches->conditionals;
  const auto found = std::find_if(conditionals.begin(), conditionals.end(),
                                  [&](const Conditional& other) { return other.is(binding, queue); });
  DSE_CHECK(found != conditionals.end(), "a binding with the key '{}' was never added", binding.key);
  return found->taken;
}

void TopicTrie::enter(NodeIndex index) {
  Node& node = nodes_[index];
  if (node.stamp == stamp_) return;
  node.stamp = stamp_;
  active_.push_back(index);
  if (node.hash != kNone) enter(node.hash);  // `#` may stand for no word at all
}

void TopicTrie::advance(std::string_view word) {
  previous_.swap(active_);
  active_.clear();
  ++stamp_;
  for (NodeIndex index : previous_) {
    const Node& node = nodes_[index];
    if (node.is_hash) enter(index);
    if (node.star != kNone) enter(node.star);
    if (node.branches == nullptr) continue;
    const auto found = node.branches->words.find(word);
    if (found != node.branches->words.end()) enter(found->second);
  }
}

void TopicTrie::collect(Node& node, const Headers& headers, std::vector<ResourceIndex>& queues) const {
  ++node.matched;
  const std::span<const ResourceIndex> bound = node.queues();
  queues.insert(queues.end(), bound.begin(), bound.end());
  if (!node.has_conditionals()) return;
  Branches& branches = *node.branches;
  for (const Headers::Entry& entry : headers) {
    collect(branches, entry_hash(entry), headers, queues);
    if (branches.takes_any) collect(branches, name_hash(entry), headers, queues);
  }
}

void TopicTrie::collect(Branches& branches, std::uint64_t hash, const Headers& headers,
                        std::vector<ResourceIndex>& queues) const {
  const auto found = branches.by_header.find(hash);
  if (found == branches.by_header.end()) return;
  for (std::uint32_t number : found->second) {
    Conditional& conditional = branches.conditionals[number];
    if (conditional.stamp == stamp_) continue;  // already found through another header
    if (!holds(conditional.headers, conditional.match, headers)) continue;
    conditional.stamp = stamp_;
    ++conditional.taken;
    queues.push_back(conditional.queue);
  }
}

void TopicTrie::match(const Message& message, std::vector<ResourceIndex>& queues) {
  const auto first = static_cast<std::ptrdiff_t>(queues.size());
  active_.clear();
  ++stamp_;
  enter(0);
  std::string_view rest = message.key();
  bool more = !message.key().empty();
  for (std::string_view word; next_word(rest, more, word);) advance(word);

  for (NodeIndex index : active_) collect(nodes_[index], message.headers(), queues);
  if (queues.size() - static_cast<std::size_t>(first) < 2) return;
  if (active_.size() == 1 && !nodes_[active_[0]].has_conditionals()) return;  // sorted already
  std::sort(queues.begin() + first, queues.end());
  queues.erase(std::unique(queues.begin() + first, queues.end()), queues.end());
}

}  // namespace dse
