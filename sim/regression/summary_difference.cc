#include "sim/regression/summary_difference.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "core/printable.h"
#include "dse/hash.h"
#include "sim/results/shell.h"

namespace dse {
namespace {

using KeyMap = std::map<std::string, std::string>;
using Lines = std::vector<std::string>;

constexpr std::string_view kComponentPrefix = "component.";

void add_if_different(const std::string& what, const std::string& of_a, const std::string& of_b,
                      Lines& lines) {
  if (of_a != of_b)
    lines.push_back(fmt::format("{}: {} in A, {} in B", what, printable(of_a), printable(of_b)));
}

std::string settings_text(const std::vector<std::string>& settings) {
  Lines words;
  for (const std::string& setting : settings) words.push_back(shell_word(setting));
  return words.empty() ? "none" : fmt::format("{}", fmt::join(words, " "));
}

// "component.lenet.batch" belongs to "lenet"; "" if the key belongs to no component. Their names have no
// dots.
std::string component_of(const std::string& key) {
  if (!key.starts_with(kComponentPrefix)) return "";
  const std::string rest = key.substr(kComponentPrefix.size());
  return rest.substr(0, rest.find('.'));
}

// The components in the order in which they start.
std::vector<std::string> components_of(const ScenarioKeys& keys) {
  std::vector<std::string> names;
  for (const ScenarioKey& one : keys) {
    const std::string name = component_of(one.key);
    if (!name.empty() && (names.empty() || names.back() != name)) names.push_back(name);
  }
  return names;
}

// What a scenario's keys name, and where else in them each name is used.
struct Names {
  KeyMap keys;                                        // keys that belong to none of the following
  std::map<std::string, std::vector<KeyMap>> lists;   // [[binding]] and the like: the keys of each element
  std::map<std::string, KeyMap> components;           // by name, their keys without it
  std::map<std::string, std::set<std::string>> uses;  // by name of a resource, the keys that name it
};

// The texts of a value, which is one text or a list of texts.
std::vector<std::string> texts_of(const std::string& value) {
  std::vector<std::string> texts;
  const auto json = nlohmann::json::parse(value, nullptr, false);
  if (json.is_string()) texts.push_back(json.get<std::string>());
  if (!json.is_array()) return texts;
  for (const auto& element : json) {
    if (element.is_string()) texts.push_back(element.get<std::string>());
  }
  return texts;
}

bool names_resources(const std::string& key) {
  return key.ends_with(".from") || key.ends_with(".to") || key.ends_with(".resource");
}

// The parts of "binding.2.from"; empty for a key that belongs to no list.
struct ElementKey {
  std::string list;
  std::size_t number = 0;
  std::string key;
};
std::optional<ElementKey> element_key_of(const std::string& key) {
  for (const std::string list : {"binding", "drift", "fault", "expect", "gateway.export", "gateway.import"}) {
    if (!key.starts_with(list + ".")) continue;
    const std::string rest = key.substr(list.size() + 1);
    const std::size_t dot = rest.find('.');
    if (dot == std::string::npos) continue;
    ElementKey element{.list = list, .key = rest.substr(dot)};
    if (std::from_chars(rest.data(), rest.data() + dot, element.number).ec == std::errc()) return element;
  }
  return std::nullopt;
}

Names names_of(const ScenarioKeys& keys) {
  Names names;
  for (const ScenarioKey& one : keys) {
    const std::string component = component_of(one.key);
    if (const auto element = element_key_of(one.key)) {
      std::vector<KeyMap>& list = names.lists[element->list];
      if (list.size() <= element->number) list.resize(element->number + 1);
      list[element->number].emplace(element->key, one.value);
    } else if (component.empty()) {
      names.keys.emplace(one.key, one.value);
    } else {
      names.components[component].emplace(one.key.substr(kComponentPrefix.size() + component.size()),
                                          one.value);
    }
    if (!names_resources(one.key)) continue;
    for (const std::string& text : texts_of(one.value)) names.uses[text].insert(one.key);
  }
  return names;
}

// Reports what only one side has. Where something in A equals something in B, only the name differs.
template <typename Things>
void compare_names(const std::string& what, const Things& of_a, const Things& of_b, Lines& lines) {
  std::set<std::string> renamed;
  for (const auto& [name, thing] : of_a) {
    if (of_b.contains(name)) continue;
    const auto same = std::find_if(of_b.begin(), of_b.end(), [&, &mine = thing](const auto& other) {
      return other.second == mine && !of_a.contains(other.first) && !renamed.contains(other.first);
    });
    if (same == of_b.end()) {
      lines.push_back(fmt::format("{} '{}' is in A alone", what, printable(name)));
    } else {
      renamed.insert(same->first);
      lines.push_back(
          fmt::format("{} '{}' of A is '{}' in B", what, printable(name), printable(same->first)));
    }
  }
  for (const auto& [name, thing] : of_b) {
    if (!of_a.contains(name) && !renamed.contains(name))
      lines.push_back(fmt::format("{} '{}' is in B alone", what, printable(name)));
  }
}

void compare_keys(const std::string& prefix, const KeyMap& of_a, const KeyMap& of_b, Lines& lines) {
  KeyMap all = of_a;
  all.insert(of_b.begin(), of_b.end());
  const auto value_in = [](const KeyMap& keys, const std::string& key) -> std::optional<std::string> {
    const auto found = keys.find(key);
    return found == keys.end() ? std::nullopt : std::optional(found->second);
  };
  for (const auto& [key, value] : all) {
    const auto in_a = value_in(of_a, key);
    const auto in_b = value_in(of_b, key);
    const std::string whole = printable(prefix + key);
    if (in_a && in_b) {
      add_if_different(whole, *in_a, *in_b, lines);
    } else {
      lines.push_back(fmt::format("{}: {} in {} alone", whole, printable(value), in_a ? "A" : "B"));
    }
  }
}

std::string element_text(const KeyMap& element) {
  Lines parts;
  for (const auto& [key, value] : element) parts.push_back(fmt::format("{} = {}", key.substr(1), value));
  return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

// Reports the elements of `list` that `other` does not have as often.
void add_left_over(const std::string& name, const std::string& side, const std::vector<KeyMap>& list,
                   std::vector<KeyMap> other, Lines& lines) {
  for (const KeyMap& element : list) {
    const auto same = std::find(other.begin(), other.end(), element);
    if (same == other.end()) {
      lines.push_back(fmt::format("{}: {} in {} alone", name, printable(element_text(element)), side));
    } else {
      other.erase(same);
    }
  }
}

// Compares element by element when both have the same number; otherwise reports what only one side has,
// because later elements have moved.
void compare_lists(const std::string& name, const std::vector<KeyMap>& of_a, const std::vector<KeyMap>& of_b,
                   Lines& lines) {
  if (of_a.size() != of_b.size()) {
    add_left_over(name, "A", of_a, of_b, lines);
    add_left_over(name, "B", of_b, of_a, lines);
    return;
  }
  for (std::size_t i = 0; i < of_a.size(); ++i)
    compare_keys(fmt::format("{}.{}", name, i), of_a[i], of_b[i], lines);
}

void compare_scenarios(const ScenarioKeys& a, const ScenarioKeys& b, Lines& lines) {
  const Names of_a = names_of(a);
  const Names of_b = names_of(b);
  compare_names("component", of_a.components, of_b.components, lines);
  compare_names("resource", of_a.uses, of_b.uses, lines);
  compare_keys("", of_a.keys, of_b.keys, lines);
  std::set<std::string> lists;
  for (const Names* side : {&of_a, &of_b}) {
    for (const auto& [name, elements] : side->lists) lists.insert(name);
  }
  const auto list_of = [](const Names& side, const std::string& name) {
    const auto found = side.lists.find(name);
    return found == side.lists.end() ? std::vector<KeyMap>() : found->second;
  };
  for (const std::string& name : lists) compare_lists(name, list_of(of_a, name), list_of(of_b, name), lines);
  for (const auto& [name, keys] : of_a.components) {
    const auto found = of_b.components.find(name);
    if (found != of_b.components.end())
      compare_keys(std::string(kComponentPrefix) + name, keys, found->second, lines);
  }
  const std::vector<std::string> order_a = components_of(a);
  const std::vector<std::string> order_b = components_of(b);
  if (order_a != order_b &&
      std::is_permutation(order_a.begin(), order_a.end(), order_b.begin(), order_b.end())) {
    lines.push_back(fmt::format("order of components: {} in A, {} in B", fmt::join(order_a, ", "),
                                fmt::join(order_b, ", ")));
  }
}

KeyMap texts_of(const DataDigests& digests) {
  KeyMap texts;
  for (const auto& [name, digest] : digests) texts.emplace(name, hex64(digest));
  return texts;
}

}  // namespace

std::vector<std::string> differences_asked_for(const RunSummary& a, const RunSummary& b) {
  Lines lines;
  const auto number = [](std::uint64_t value) { return fmt::format("{}", value); };
  const auto or_none = [](const std::string& text) { return text.empty() ? std::string("none") : text; };
  add_if_different("version of dse", a.version, b.version, lines);
  add_if_different("scenario", a.scenario, b.scenario, lines);
  add_if_different("settings", settings_text(a.settings), settings_text(b.settings), lines);
  add_if_different("seed", number(a.seed), number(b.seed), lines);
  add_if_different("ordering", number(a.ordering), number(b.ordering), lines);
  add_if_different("until", a.until, b.until, lines);
  add_if_different("capture", or_none(a.capture), or_none(b.capture), lines);
  if (a.data && b.data) compare_keys("data ", texts_of(*a.data), texts_of(*b.data), lines);
  if (a.keys && b.keys) {
    compare_scenarios(*a.keys, *b.keys, lines);
  } else if (a.keys || b.keys) {
    lines.push_back(
        fmt::format("perhaps the scenario: the summary of {} has no keys of it", a.keys ? "B" : "A"));
  } else {
    add_if_different("hash of the scenario", a.scenario_hash, b.scenario_hash, lines);
  }
  return lines;
}

}  // namespace dse
