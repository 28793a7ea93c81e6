#include "sim/explain/format_pages.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "core/names.h"
#include "core/readable.h"
#include "dse/error.h"
#include "sim/explain/plain_text.h"
#include "sim/scenario/kinds_page.h"

namespace dse {
namespace {

// "How a component lives" is called how-a-component-lives.
std::string words_name(std::string_view title) {
  std::string name;
  for (const char c : plain_line(title)) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0)
      name += static_cast<char>(std::tolower(byte));
    else if (!name.empty() && name.back() != '-')
      name += '-';
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

// What a heading is called: `[resource.NAME]` is resource, `[[gateway.export]]` is gateway.export, `kind =
// "echo"` is echo; another has its words.
std::vector<std::string> names_of_title(const std::string& title) {
  std::vector<std::string> names;
  for (std::string span : code_spans(title)) {
    if (span.starts_with('[')) {
      std::erase_if(span, [](char c) { return c == '[' || c == ']'; });
      if (span.ends_with(".NAME")) span.resize(span.size() - 5);
      names.push_back(span);
    } else if (const std::size_t quote = span.find('"'); quote != std::string::npos) {
      names.push_back(span.substr(quote + 1, span.rfind('"') - quote - 1));
    } else if (!span.starts_with('-')) {
      names.push_back(span);
    }
  }
  if (names.empty()) names.push_back(words_name(title));
  return names;
}

// Whether a row describes the key: its first cell names it, as does what stands in backticks there ("bits =
// 1"), or one of the cells that say which keys it has.
bool describes(const MarkdownRow& row, const std::string& key) {
  for (std::size_t at = 0; at < row.cells.size() && (at == 0 || at + 1 < row.cells.size()); ++at) {
    const bool has_keys =
        at == 0 || (at < row.heading.size() && row.heading[at].find("keys") != std::string::npos);
    if (!has_keys) continue;
    for (const std::string& span : code_spans(row.cells[at])) {
      if (span.substr(0, span.find(' ')) == key) return true;
    }
  }
  return false;
}

}  // namespace

FormatPages::FormatPages(const Tables& tables) {
  add_format();
  add_kinds(tables);
}

void FormatPages::add_format() {
  std::string parent;
  for (const MarkdownSection& section : markdown_sections(scenario_format_page())) {
    if (section.level == 1) {
      topics_.push_back({"scenario", section, ""});
      continue;
    }
    const std::vector<std::string> names = names_of_title(section.title);
    if (section.level == 2) parent = names.front();
    for (const std::string& name : names)
      topics_.push_back({name, section, section.level == 2 ? "" : parent});
  }
}

void FormatPages::add_kinds(const Tables& tables) {
  std::string parent;
  for (const MarkdownSection& section : markdown_sections(kinds_page(tables))) {
    if (section.level == 1) {
      topics_.push_back({"kinds", section, ""});
      continue;
    }
    std::string name = names_of_title(section.title).front();
    // The ends of a gateway are tables of the scenario, [[gateway.export]], and kinds, gateway-export.
    if (section.title.starts_with("`[")) {
      topics_.push_back({name, section, ""});
      std::replace(name.begin(), name.end(), '.', '-');
    }
    if (section.level == 2) parent = name;
    topics_.push_back({name, section, section.level == 2 ? "kinds" : parent});
  }
}

std::vector<const FormatPages::Topic*> FormatPages::topics_named(std::string_view name) const {
  std::vector<const Topic*> found;
  for (const Topic& topic : topics_) {
    const bool is_part =
        topic.name.starts_with(name) && topic.name[name.size()] == '.';  // gateway.export of gateway
    if (topic.name == name || is_part) found.push_back(&topic);
  }
  // The two ends of a gateway share a section.
  const auto same = [](const Topic* a, const Topic* b) {
    return a->section.title == b->section.title && a->section.body == b->section.body;
  };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  return found;
}

std::vector<std::string> FormatPages::names() const {
  std::vector<std::string> names;
  for (const Topic& topic : topics_) names.push_back(topic.name);
  return names;
}

// With those that are a part of them.
std::vector<const FormatPages::Topic*> FormatPages::with_parts(
    const std::vector<const Topic*>& topics) const {
  std::vector<const Topic*> all = topics;
  for (const Topic& topic : topics_) {
    const auto is_parent = [&topic](const Topic* one) { return one->name == topic.parent; };
    if (std::any_of(topics.begin(), topics.end(), is_parent)) all.push_back(&topic);
  }
  return all;
}

std::vector<std::string> FormatPages::key_names(const std::vector<const Topic*>& topics) const {
  std::vector<std::string> keys;
  for (const Topic* topic : topics) {
    for (const MarkdownRow& row : markdown_rows(topic->section.body)) {
      if (row.cells.empty()) continue;
      for (const std::string& span : code_spans(row.cells.front()))
        keys.push_back(span.substr(0, span.find(' ')));
    }
  }
  return keys;
}

std::string FormatPages::rows_of(const std::vector<const Topic*>& topics, const std::string& key) const {
  std::string text;
  std::set<std::string> shown;  // sections of two names are in here twice
  for (const Topic* topic : topics) {
    std::string rows;
    for (const MarkdownRow& row : markdown_rows(topic->section.body)) {
      if (describes(row, key)) rows += plain_row(row);
    }
    if (rows.empty() || !shown.insert(topic->section.title + rows).second) continue;
    text += fmt::format("{}{} (dse explain {})\n\n{}", text.empty() ? "" : "\n",
                        plain_line(topic->section.title), topic->name, rows);
  }
  return text;
}

std::string FormatPages::text_of(const Topic& topic) const {
  std::string text = plain_line(topic.section.title) + "\n\n" + plain_text(topic.section.body);
  std::vector<std::string> parts;
  for (const Topic& other : topics_) {
    if (other.parent == topic.name && !topic.name.empty()) parts.push_back(other.name);
  }
  if (parts.empty()) return text;
  return text + "\n" +
         wrapped(fmt::format("More: dse explain {}\n", fmt::join(parts, ", ")), {.width = 80, .indent = 6});
}

std::string FormatPages::page(const std::string& topic) const {
  std::string text;
  for (const Topic* found : topics_named(topic)) text += (text.empty() ? "" : "\n") + text_of(*found);
  if (!text.empty()) return text;
  const InputPlace place{.file = "dse explain"};
  // "resource.message_ttl": what stands before the key may itself have dots.
  for (std::size_t dot = topic.rfind('.'); dot != std::string::npos && dot > 0;
       dot = topic.rfind('.', dot - 1)) {
    const std::vector<const Topic*> tables = topics_named(topic.substr(0, dot));
    if (tables.empty()) continue;
    const std::string key = topic.substr(dot + 1);
    const std::vector<const Topic*> all = with_parts(tables);
    text = rows_of(all, key);
    if (!text.empty()) return text;
    throw InputError(place, fmt::format("'{}' has no key '{}'{}", topic.substr(0, dot), key,
                                        suggestion(key, key_names(all))));
  }
  std::vector<const Topic*> all;
  for (const Topic& one : topics_) all.push_back(&one);
  text = rows_of(all, topic);
  if (!text.empty()) return text;
  std::vector<std::string> known = names();
  for (std::string& key : key_names(all)) known.push_back(std::move(key));
  const std::string nearest = nearest_name(topic, known);
  throw InputError(place, fmt::format("there is nothing about '{}'{}", topic,
                                      nearest.empty() ? ": `dse explain` lists what there is"
                                                      : fmt::format("; did you mean '{}'?", nearest)));
}

std::string FormatPages::meaning(const KeyName& name) const {
  std::string of_all;
  for (const Topic* topic : with_parts(topics_named(name.table))) {
    for (const MarkdownRow& row : markdown_rows(topic->section.body)) {
      if (!describes(row, name.key)) continue;
      const std::vector<std::string> named = code_spans(row.cells.front());
      const std::string text = plain_line(row.cells.back());
      if (!name.choice.empty() && std::find(named.begin(), named.end(), name.choice) != named.end())
        return text;
      const bool is_own_row = std::find(named.begin(), named.end(), name.key) != named.end();
      if (of_all.empty() && is_own_row) of_all = text;
    }
  }
  return of_all;
}

std::string FormatPages::overview() const {
  std::string text =
      "dse explain TOPIC prints its page. TOPIC is one of these, a key of a table\n"
      "(resource.message_ttl), or a key alone (message_ttl).\n";
  const auto add = [&text](std::string_view what, const std::vector<std::string>& names) {
    text += fmt::format("\n{}\n", what) +
            wrapped(fmt::format("  {}\n", fmt::join(names, ", ")), {.width = 80, .indent = 2});
  };
  std::vector<std::string> tables;
  std::vector<std::string> subjects;
  std::vector<std::string> kinds;
  for (const Topic& topic : topics_) {
    const bool is_table = topic.section.title.starts_with("`[");
    const bool is_kind = topic.parent == "kinds" && topic.section.title.starts_with("`");
    if (is_kind)
      kinds.push_back(topic.name);
    else if (is_table && std::find(tables.begin(), tables.end(), topic.name) == tables.end())
      tables.push_back(topic.name);
    else if (is_table)
      continue;
    else if (topic.section.title.find("kind = ") == std::string::npos)
      subjects.push_back(topic.name);
  }
  add("Tables of a scenario:", tables);
  add("Kinds of components:", kinds);
  add("Subjects:", subjects);
  return text;
}

}  // namespace dse
