// Which queues take a message of a given routing key and headers: the bindings of one exchange.
//
// A trie over the words of the topic patterns, walked as a nondeterministic automaton, so that the cost
// depends on the words of the key and the patterns that can still match, not on the number of bindings.
// Bindings with header values are kept at their pattern's node, indexed by a value that must be there.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/prefetch.h"
#include "dse/binding.h"
#include "dse/index.h"
#include "dse/message.h"

namespace dse {

class TopicTrie {
 public:
  TopicTrie();

  // Adds a binding to `queue`; adding the same again changes nothing. `from` and `to` are not looked at.
  void add(const BindingSpec& binding, ResourceIndex queue);

  // Appends every queue with a matching binding to `queues`, each once, in ascending order. An empty key
  // has no words; `*` matches exactly one word, which may be empty; `#` any number of words.
  // Not const: visited nodes are stamped.
  void match(const Message& message, std::vector<ResourceIndex>& queues);

  // How many of the messages that were matched this binding took since it was added; equal bindings have
  // equal counts. It must have been added before the first message.
  std::uint64_t taken(const BindingSpec& binding, ResourceIndex queue) const;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  using NodeIndex = std::uint32_t;
  static constexpr NodeIndex kNone = UINT32_MAX;

  struct Conditional {
    Headers headers;
    HeaderMatch match = HeaderMatch::kAll;
    ResourceIndex queue;
    std::uint64_t taken = 0;
    std::uint64_t stamp = 0;  // that of the message it took last
    bool is(const BindingSpec& binding, ResourceIndex into) const {
      return queue == into && match == binding.match && headers == binding.headers;
    }
  };

  // What the end of most patterns does not have.
  struct Branches {
    std::unordered_map<std::string, NodeIndex, TextHash, std::equal_to<>> words;
    std::vector<ResourceIndex> queues;  // of the node, when there are more than it has room for
    std::vector<Conditional> conditionals;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_header;  // hash of one entry
  };
  // One line of the cache: with thousands of patterns, each node that a key leads to is read from memory.
  struct alignas(kCacheLineBytes) Node {
    std::uint64_t stamp = 0;
    std::uint64_t matched = 0;  // messages whose keys this pattern takes
    NodeIndex star = kNone;
    NodeIndex hash = kNone;
    std::unique_ptr<Branches> branches;
    std::array<ResourceIndex, 5> few_queues = {};
    std::uint32_t few_count = 0;
    bool is_hash = false;

    Branches& made_branches() {
      if (branches == nullptr) branches = std::make_unique<Branches>();
      return *branches;
    }
    // Those bound here without header values, in ascending order.
    std::span<const ResourceIndex> queues() const {
      if (few_count > 0 || branches == nullptr) return {few_queues.data(), few_count};
      return branches->queues;
    }
    void add_queue(ResourceIndex queue);
    bool has_conditionals() const { return branches != nullptr && !branches->conditionals.empty(); }
  };
  static_assert(sizeof(Node) == kCacheLineBytes);

  // The node that a word of a pattern leads to; kNone when there is none.
  NodeIndex find_child(NodeIndex node, std::string_view word) const;
  NodeIndex child(NodeIndex node, std::string_view word);
  NodeIndex add_node();
  void enter(NodeIndex node);
  void advance(std::string_view word);
  void collect(Node& node, const Headers& headers, std::vector<ResourceIndex>& queues) const;

  std::vector<Node> nodes_;
  std::vector<NodeIndex> active_;
  std::vector<NodeIndex> previous_;
  std::uint64_t stamp_ = 0;
};

}  // namespace dse
