// Examples of topic patterns from the AMQP specification and RabbitMQ's documentation; the full comparison is
// in tests/property/topic_match_test.cc.
#include "broker/topic_trie.h"

#include "support/catch.h"

using namespace dse;

namespace {

bool takes(const std::string& pattern, const std::string& key) {
  TopicTrie trie;
  trie.add({.key = pattern}, ResourceIndex(0));
  std::vector<ResourceIndex> queues;
  trie.match(key, {}, queues);
  return !queues.empty();
}

}  // namespace

TEST_CASE("* is exactly one word") {
  CHECK(takes("*.orange.*", "quick.orange.rabbit"));
  CHECK_FALSE(takes("*.orange.*", "orange"));
  CHECK_FALSE(takes("*.orange.*", "quick.orange.male.rabbit"));
  CHECK_FALSE(takes("*", ""));
  CHECK(takes("*.*", "."));  // two empty words
}

TEST_CASE("# is any number of words") {
  CHECK(takes("lazy.#", "lazy"));
  CHECK(takes("lazy.#", "lazy.pink.rabbit"));
  CHECK_FALSE(takes("lazy.#", "quick.lazy"));
  CHECK(takes("#", ""));
  CHECK(takes("#.a.#", "a"));
  CHECK(takes("#.#", ""));
  CHECK_FALSE(takes("*.#", ""));
  CHECK(takes("#.*", "a.b.c"));
}

TEST_CASE("other words are themselves") {
  CHECK(takes("lenet.7", "lenet.7"));
  CHECK_FALSE(takes("lenet.7", "lenet.70"));
  CHECK_FALSE(takes("lenet", "lenet."));
  CHECK(takes("", ""));
  CHECK_FALSE(takes("", "a"));
  CHECK(takes("a*", "a*"));  // a star within a word is not a wildcard
  CHECK_FALSE(takes("a*", "ab"));
}

TEST_CASE("any number of queues bound by one pattern come in ascending order, each once") {
  TopicTrie trie;
  std::vector<ResourceIndex> expected;
  for (const std::uint32_t queue : {7U, 3U, 9U, 3U, 1U, 8U, 2U, 9U, 5U, 0U, 4U, 6U, 0U}) {
    trie.add({.key = "a.#"}, ResourceIndex(queue));
    const auto place = std::lower_bound(expected.begin(), expected.end(), ResourceIndex(queue));
    if (place == expected.end() || *place != ResourceIndex(queue))
      expected.insert(place, ResourceIndex(queue));
    std::vector<ResourceIndex> queues;
    trie.match("a.b", {}, queues);
    CHECK(queues == expected);
  }
  CHECK(expected.size() == 10);
}

TEST_CASE("topic trie: queues of one pattern that were many are found when they are few again") {
  TopicTrie trie;
  const BindingSpec binding{.key = "a.#"};
  for (std::uint32_t queue = 0; queue < 7; ++queue) CHECK(trie.add(binding, ResourceIndex(queue)));
  for (std::uint32_t queue = 1; queue < 5; ++queue) CHECK(trie.remove(binding, ResourceIndex(queue)));
  CHECK(trie.add(binding, ResourceIndex(2)));
  CHECK_FALSE(trie.add(binding, ResourceIndex(6)));
  std::vector<ResourceIndex> queues;
  trie.match("a.b", {}, queues);
  CHECK(queues == std::vector{ResourceIndex(0), ResourceIndex(2), ResourceIndex(5), ResourceIndex(6)});
  CHECK(trie.size() == 4);
  trie.remove(ResourceIndex(0));
  CHECK(trie.size() == 3);
  CHECK_FALSE(trie.contains(binding, ResourceIndex(0)));
  CHECK(trie.contains(binding, ResourceIndex(2)));
}
