// TopicTrie against the definition of a topic binding, written down as plainly as possible.
#include <algorithm>
#include <optional>
#include <set>

#include "broker/topic_trie.h"
#include "dse/random.h"
#include "support/catch.h"

using namespace dse;

namespace {

using Words = std::vector<std::string>;

// "" has no words, "." has two empty ones.
Words split(const std::string& text) {
  if (text.empty()) return {};
  Words words(1);
  for (char c : text) {
    if (c == '.') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  return words;
}

bool matches(std::span<const std::string> pattern, std::span<const std::string> key) {
  if (pattern.empty()) return key.empty();
  if (pattern[0] == "#") {
    return matches(pattern.subspan(1), key) || (!key.empty() && matches(pattern, key.subspan(1)));
  }
  if (key.empty()) return false;
  return (pattern[0] == "*" || pattern[0] == key[0]) && matches(pattern.subspan(1), key.subspan(1));
}

// Compares as RabbitMQ does, for the values below, whose numbers are all small.
bool takes_value(const HeaderValue& found, const HeaderValue& wanted) {
  const auto number = [](const HeaderValue& value) -> std::optional<double> {
    if (std::holds_alternative<bool>(value)) return std::nullopt;
    const std::string text = to_text(value);
    if (text.find_first_not_of("-0123456789.") != std::string::npos) return std::nullopt;
    if (std::holds_alternative<std::string>(value) || std::holds_alternative<HeaderDecimal>(value)) return {};
    return std::stod(text);
  };
  const auto octets = [](const HeaderValue& value) -> std::optional<std::string> {
    if (const auto* bytes = std::get_if<HeaderBytes>(&value)) return bytes->bytes();
    return std::holds_alternative<std::string>(value) ? std::optional(to_text(value)) : std::nullopt;
  };
  if (to_text(wanted) == "void") return true;
  if (to_text(wanted) == "[]" || to_text(wanted) == "{}")
    return to_text(found) == "[]" || to_text(found) == "{}";
  if (number(wanted)) return number(found) == number(wanted);
  if (octets(wanted)) return octets(found) == octets(wanted);
  return found == wanted;
}

bool matches(const BindingSpec& binding, const Message& message) {
  if (!matches(split(binding.key), split(message.key()))) return false;
  if (binding.headers.empty()) return true;
  std::size_t held = 0;
  for (const auto& [name, value] : binding.headers) {
    const HeaderValue* found = message.headers().find(name);
    if (found != nullptr && takes_value(*found, value)) ++held;
  }
  return binding.match == HeaderMatch::kAll ? held == binding.headers.size() : held > 0;
}

std::string any_words(RandomStream& random, const Words& alphabet) {
  std::string text;
  const std::uint64_t count = random.below(6);
  for (std::uint64_t word = 0; word < count; ++word) {
    if (word > 0) text += '.';
    text += alphabet[random.below(alphabet.size())];
  }
  return text;
}

Headers any_headers(RandomStream& random) {
  static const std::vector<HeaderValue> values = {std::int64_t{1},
                                                  std::int64_t{0},
                                                  1.0,
                                                  0.5,
                                                  0.0,
                                                  -0.0,
                                                  std::string("1"),
                                                  true,
                                                  false,
                                                  NarrowInteger(std::int16_t{1}),
                                                  HeaderFloat(0.5F),
                                                  HeaderDecimal(0, 1),
                                                  HeaderTimestamp(1),
                                                  HeaderBytes("1"),
                                                  HeaderVoid(),
                                                  HeaderVoid(),
                                                  HeaderArray({}),
                                                  HeaderTable({}),
                                                  HeaderArray({1.0}),
                                                  HeaderTable({{"a", std::int64_t{1}}})};
  Headers headers;
  for (const char* name : {"x", "y", "z"}) {
    if (random.below(3) == 0) headers.set(name, values[random.below(values.size())]);
  }
  return headers;
}

struct Bound {
  BindingSpec binding;
  ResourceIndex queue;
  std::uint64_t taken = 0;
};

std::vector<Bound> any_bindings(RandomStream& random) {
  std::vector<Bound> bindings;
  const std::uint64_t count = random.below(25);
  for (std::uint64_t number = 0; number < count; ++number) {
    if (!bindings.empty() && random.below(6) == 0) {
      bindings.push_back(bindings[random.below(bindings.size())]);  // the same again
      continue;
    }
    BindingSpec binding{.key = any_words(random, {"a", "b", "", "*", "*", "#", "#"})};
    if (random.below(2) == 0) binding.headers = any_headers(random);
    if (random.below(2) == 0) binding.match = HeaderMatch::kAny;
    bindings.push_back({binding, ResourceIndex(static_cast<std::uint32_t>(random.below(8)))});
  }
  return bindings;
}

std::vector<ResourceIndex> match(TopicTrie& trie, const MessageFields& fields) {
  std::vector<ResourceIndex> queues;
  trie.match(fields.key, fields.headers, queues);
  return queues;
}

}  // namespace

TEST_CASE("a message goes to exactly the queues whose bindings match, each once, in ascending order") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "topic", "match");
    std::vector<Bound> bindings = any_bindings(random);
    TopicTrie trie;
    for (const Bound& bound : bindings) trie.add(bound.binding, bound.queue);
    for (int round = 0; round < 40; ++round) {
      const MessagePtr message = make_message(
          {.key = any_words(random, {"a", "b", "", "c"}), .headers = any_headers(random), .id = "m"});
      CAPTURE(message->key());
      std::set<ResourceIndex> expected;
      for (Bound& bound : bindings) {
        if (!matches(bound.binding, *message)) continue;
        expected.insert(bound.queue);
        ++bound.taken;
      }
      std::vector<ResourceIndex> found = {ResourceIndex(99)};  // what was there before stays in front
      trie.match(message->key(), message->headers(), found);
      REQUIRE(found.front() == ResourceIndex(99));
      REQUIRE(std::vector<ResourceIndex>(found.begin() + 1, found.end()) ==
              std::vector<ResourceIndex>(expected.begin(), expected.end()));
    }
    for (const Bound& bound : bindings) REQUIRE(trie.taken(bound.binding, bound.queue) == bound.taken);
  }
}

TEST_CASE("words that look like patterns are only words in a key") {
  TopicTrie trie;
  trie.add({.key = "a.b"}, ResourceIndex(1));
  trie.add({.key = "*"}, ResourceIndex(2));
  CHECK(match(trie, {.key = "a.*"}).empty());
  CHECK(match(trie, {.key = "#"}) == std::vector{ResourceIndex(2)});
}

TEST_CASE("patterns full of # are matched at once") {
  TopicTrie trie;
  std::string pattern = "#";
  for (int times = 0; times < 200; ++times) {
    trie.add({.key = pattern + ".a"}, ResourceIndex(1));
    pattern += times % 2 == 0 ? ".*.#" : ".b.#";
  }
  trie.add({.key = pattern + ".c"}, ResourceIndex(2));
  std::string key = "b";
  for (int words = 0; words < 2'000; ++words) key += ".b";
  // Trying every way to cut the key would outlast the universe.
  CHECK(match(trie, {.key = key}).empty());
  CHECK(match(trie, {.key = key + ".a"}) == std::vector{ResourceIndex(1)});
  CHECK(match(trie, {.key = key + ".c"}) == std::vector{ResourceIndex(2)});
}
