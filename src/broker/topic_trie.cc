#include "broker/topic_trie.h"

#include <algorithm>
#include <utility>

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

TopicTrie::TopicTrie(Keys keys) : keys_(keys) { add_node(); }

TopicTrie::NodeIndex TopicTrie::add_node() {
  nodes_.emplace_back();
  return static_cast<NodeIndex>(nodes_.size() - 1);
}

TopicTrie::NodeIndex TopicTrie::find_child(NodeIndex index, std::string_view word) const {
  const Node& node = nodes_[index];
  // `#.#` takes what `#` takes.
  if (word == "#") return node.is_hash ? index : node.hash;
  if (word == "*") return node.star;
  return find_word(index, word);
}

TopicTrie::NodeIndex TopicTrie::find_word(NodeIndex index, std::string_view word) const {
  const Node& node = nodes_[index];
  if (node.branches == nullptr) return kNone;
  const auto found = node.branches->words.find(word);
  return found == node.branches->words.end() ? kNone : found->second;
}

TopicTrie::NodeIndex TopicTrie::add_word(NodeIndex node, std::string_view word) {
  const NodeIndex made = add_node();
  nodes_[node].made_branches().words.emplace(word, made);
  return made;
}

TopicTrie::NodeIndex TopicTrie::child(NodeIndex node, std::string_view word) {
  const NodeIndex found = find_child(node, word);
  if (found != kNone) return found;
  if (word != "*" && word != "#") return add_word(node, word);
  const NodeIndex made = add_node();
  if (word == "*") {
    nodes_[node].star = made;
  } else {
    nodes_[node].hash = made;
    nodes_[made].is_hash = true;
  }
  return made;
}

bool TopicTrie::Node::add_queue(ResourceIndex queue) {
  const std::span<const ResourceIndex> bound = queues();
  const auto place = std::lower_bound(bound.begin(), bound.end(), queue);
  if (place != bound.end() && *place == queue) return false;
  const auto at = place - bound.begin();
  // Once there were too many for the node they stay apart, even when some are gone.
  const bool are_apart = few_count == 0 && !bound.empty();
  if (!are_apart && bound.size() < few_queues.size()) {
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

bool TopicTrie::Node::has_queue(ResourceIndex queue) const {
  const std::span<const ResourceIndex> bound = queues();
  return std::binary_search(bound.begin(), bound.end(), queue);
}

bool TopicTrie::Node::remove_queue(ResourceIndex queue) {
  const auto few_end = few_queues.begin() + few_count;
  if (const auto found = std::find(few_queues.begin(), few_end, queue); found != few_end) {
    std::copy(found + 1, few_end, found);
    --few_count;
    return true;
  }
  return branches != nullptr && std::erase(branches->queues, queue) > 0;
}

std::size_t TopicTrie::Node::remove_conditionals(ResourceIndex queue) {
  if (branches == nullptr) return 0;
  std::size_t count = 0;
  for (Conditional& conditional : branches->conditionals) {
    if (conditional.queue == queue && !std::exchange(conditional.removed, true)) ++count;
  }
  return count;
}

TopicTrie::NodeIndex TopicTrie::find(std::string_view key) const {
  if (keys_ == Keys::kIgnored) return 0;
  if (keys_ == Keys::kLiteral) return find_word(0, key);
  NodeIndex at = 0;
  bool more = !key.empty();
  for (std::string_view word; at != kNone && next_word(key, more, word);) at = find_child(at, word);
  return at;
}

TopicTrie::NodeIndex TopicTrie::find_or_add(std::string_view key) {
  if (keys_ == Keys::kIgnored) return 0;
  if (keys_ == Keys::kLiteral) {
    const NodeIndex found = find_word(0, key);
    return found == kNone ? add_word(0, key) : found;
  }
  NodeIndex at = 0;
  bool more = !key.empty();
  for (std::string_view word; next_word(key, more, word);) at = child(at, word);
  return at;
}

bool TopicTrie::add(const BindingSpec& binding, ResourceIndex queue) {
  const bool added = insert(binding, queue);
  if (added) ++size_;
  return added;
}

bool TopicTrie::insert(const BindingSpec& binding, ResourceIndex queue) {
  Node& node = nodes_[find_or_add(binding.key)];
  if (!is_conditional(binding)) return node.add_queue(queue);
  Branches& branches = node.made_branches();
  std::vector<Conditional>& conditionals = branches.conditionals;
  const auto same = std::find_if(conditionals.begin(), conditionals.end(),
                                 [&](const Conditional& other) { return other.is(binding, queue); });
  if (same != conditionals.end()) return std::exchange(same->removed, false);
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

bool TopicTrie::contains(const BindingSpec& binding, ResourceIndex queue) const {
  const NodeIndex at = find(binding.key);
  if (at == kNone) return false;
  if (!is_conditional(binding)) return nodes_[at].has_queue(queue);
  if (nodes_[at].branches == nullptr) return false;
  const std::vector<Conditional>& all = nodes_[at].branches->conditionals;
  return std::any_of(all.begin(), all.end(),
                     [&](const Conditional& one) { return !one.removed && one.is(binding, queue); });
}

bool TopicTrie::remove(const BindingSpec& binding, ResourceIndex queue) {
  const NodeIndex at = find(binding.key);
  const bool removed = at != kNone && remove_at(nodes_[at], binding, queue);
  if (removed) --size_;
  return removed;
}

bool TopicTrie::remove_at(Node& node, const BindingSpec& binding, ResourceIndex queue) const {
  if (!is_conditional(binding)) return node.remove_queue(queue);
  if (node.branches == nullptr) return false;
  for (Conditional& conditional : node.branches->conditionals) {
    if (conditional.is(binding, queue)) return !std::exchange(conditional.removed, true);
  }
  return false;
}

void TopicTrie::remove(ResourceIndex queue) {
  for (Node& node : nodes_) {
    if (node.remove_queue(queue)) --size_;
    size_ -= node.remove_conditionals(queue);
  }
}

std::uint64_t TopicTrie::taken(const BindingSpec& binding, ResourceIndex queue) const {
  const NodeIndex at = find(binding.key);
  DSE_CHECK(at != kNone, "a binding with the key '{}' was never added", binding.key);
  const Node& node = nodes_[at];
  if (!is_conditional(binding)) return node.matched;
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
    if (conditional.removed) continue;
    if (!holds(conditional.headers, conditional.match, headers)) continue;
    conditional.stamp = stamp_;
    ++conditional.taken;
    queues.push_back(conditional.queue);
  }
}

void TopicTrie::walk(std::string_view key) {
  active_.clear();
  ++stamp_;
  if (keys_ == Keys::kLiteral) {
    if (const NodeIndex found = find_word(0, key); found != kNone) active_.push_back(found);
    return;
  }
  enter(0);
  if (keys_ == Keys::kIgnored) return;
  bool more = !key.empty();
  for (std::string_view word; next_word(key, more, word);) advance(word);
}

void TopicTrie::match(std::span<const std::string_view> keys, const Headers& headers,
                      std::vector<ResourceIndex>& queues) {
  std::vector<NodeIndex> taking;  // each once, so that a message counts once
  for (const std::string_view key : keys) {
    walk(key);
    taking.insert(taking.end(), active_.begin(), active_.end());
  }
  std::sort(taking.begin(), taking.end());
  taking.erase(std::unique(taking.begin(), taking.end()), taking.end());
  active_ = std::move(taking);
  collect_active(headers, queues);
}

void TopicTrie::match(std::string_view key, const Headers& headers, std::vector<ResourceIndex>& queues) {
  walk(key);
  collect_active(headers, queues);
}

void TopicTrie::collect_active(const Headers& headers, std::vector<ResourceIndex>& queues) {
  const auto first = static_cast<std::ptrdiff_t>(queues.size());
  for (NodeIndex index : active_) collect(nodes_[index], headers, queues);
  if (queues.size() - static_cast<std::size_t>(first) < 2) return;
  if (active_.size() == 1 && !nodes_[active_[0]].has_conditionals()) return;  // sorted already
  std::sort(queues.begin() + first, queues.end());
  queues.erase(std::unique(queues.begin() + first, queues.end()), queues.end());
}

}  // namespace dse
