// The bindings of one exchange: finds the queues (or exchanges) that take a message with given routing
// keys and headers.
//
// It is a trie over the words of the topic patterns, walked as a nondeterministic automaton, so
// that the cost depends on the words of the key and the patterns that can still match, not on the
// number of bindings. Bindings with header values are kept at their pattern's node, indexed by
// values that the message must have. Where keys are no patterns, the trie has one level or none.
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
  // What the keys of bindings are to messages' keys.
  enum class Keys : std::uint8_t {
    kPatterns,  // patterns of words: a topic exchange
    kLiteral,   // equal to them: a direct exchange
    kIgnored,   // nothing: a fanout exchange, or a headers exchange
  };

  explicit TopicTrie(Keys keys = Keys::kPatterns);

  // Adds a binding to `queue`; adding the same again changes nothing, and returns false. `from` and `to` are
  // ignored. Where keys are ignored, a binding that wants any of no headers takes nothing, as in a headers
  // exchange of RabbitMQ.
  bool add(const BindingSpec& binding, ResourceIndex queue);
  bool contains(const BindingSpec& binding, ResourceIndex queue) const;
  // Removes a binding; false when it was not there. What it has taken stays counted, as below.
  bool remove(const BindingSpec& binding, ResourceIndex queue);
  // Removes every binding to `queue`.
  void remove(ResourceIndex queue);
  // The number of bindings.
  std::size_t size() const { return size_; }

  // Appends every queue with a binding that matches the key and the headers to `queues`, each once, in
  // ascending order. An empty key has no words; `*` matches exactly one word, which may be empty; `#` matches
  // any number of words. Not const: visited nodes are stamped.
  void match(std::string_view key, const Headers& headers, std::vector<ResourceIndex>& queues);
  // The same for a message with several keys, of which one must match.
  void match(std::span<const std::string_view> keys, const Headers& headers,
             std::vector<ResourceIndex>& queues);

  // The number of messages passed to match() that this binding took; equal bindings have equal
  // counts. It must have been added before the first message.
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
    bool removed = false;
    std::uint64_t taken = 0;
    std::uint64_t stamp = 0;  // that of the last message it took
    bool is(const BindingSpec& binding, ResourceIndex into) const {
      return queue == into && match == binding.match && headers == binding.headers;
    }
  };

  // The parts that the last node of most patterns does not need.
  struct Branches {
    std::unordered_map<std::string, NodeIndex, TextHash, std::equal_to<>> words;
    std::vector<ResourceIndex> queues;  // the node's, when it has no room for all
    std::vector<Conditional> conditionals;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_header;  // hash of one entry
    bool takes_any = false;  // a void value is among them, found by the hash of its name
  };
  // A node is one cache line: with thousands of patterns, each node that a key leads to is read
  // from memory.
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
    // The queues bound here without header values, in ascending order.
    std::span<const ResourceIndex> queues() const {
      if (few_count > 0 || branches == nullptr) return {few_queues.data(), few_count};
      return branches->queues;
    }
    // False when it was there.
    bool add_queue(ResourceIndex queue);
    bool has_queue(ResourceIndex queue) const;
    // Returns whether it was there.
    bool remove_queue(ResourceIndex queue);
    // Returns how many conditional bindings there were.
    std::size_t remove_conditionals(ResourceIndex queue);
    bool has_conditionals() const { return branches != nullptr && !branches->conditionals.empty(); }
  };
  static_assert(sizeof(Node) == kCacheLineBytes);

  // Returns the node that a word of a pattern leads to; kNone if there is none.
  NodeIndex find_child(NodeIndex node, std::string_view word) const;
  NodeIndex child(NodeIndex node, std::string_view word);
  // The same for a word that stands for itself, whatever it is.
  NodeIndex find_word(NodeIndex node, std::string_view word) const;
  NodeIndex add_word(NodeIndex node, std::string_view word);
  NodeIndex add_node();
  // The node of this binding's key; kNone if there is none.
  NodeIndex find(std::string_view key) const;
  NodeIndex find_or_add(std::string_view key);
  bool insert(const BindingSpec& binding, ResourceIndex queue);
  bool remove_at(Node& node, const BindingSpec& binding, ResourceIndex queue) const;
  // Leaves the nodes whose patterns take the key in active_.
  void walk(std::string_view key);
  void enter(NodeIndex node);
  void advance(std::string_view word);
  void collect_active(const Headers& headers, std::vector<ResourceIndex>& queues);
  void collect(Node& node, const Headers& headers, std::vector<ResourceIndex>& queues) const;
  // Those of its conditional bindings that are found by this hash.
  void collect(Branches& branches, std::uint64_t hash, const Headers& headers,
               std::vector<ResourceIndex>& queues) const;

  // Where a binding without conditions is no binding of all messages: it takes nothing.
  bool takes_nothing(const BindingSpec& binding) const {
    return keys_ == Keys::kIgnored && binding.match == HeaderMatch::kAny;
  }
  bool is_conditional(const BindingSpec& binding) const {
    return !binding.headers.empty() || takes_nothing(binding);
  }

  Keys keys_;
  std::size_t size_ = 0;
  std::vector<Node> nodes_;
  std::vector<NodeIndex> active_;
  std::vector<NodeIndex> previous_;
  std::uint64_t stamp_ = 0;
};

}  // namespace dse
