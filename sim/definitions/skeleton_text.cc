#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "amqp/topology.h"
#include "core/printable.h"
#include "dse/error.h"
#include "dse/time.h"
#include "sim/definitions/allowed_names.h"
#include "sim/definitions/scenario_skeleton.h"
#include "sim/scenario/scenario_file.h"
#include "sim/scenario/scenario_text.h"

namespace dse {
namespace {

constexpr std::size_t kColumns = 100;

std::string string_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\u{:04x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

std::string key_text(std::string_view key) { return is_bare_key(key) ? std::string(key) : string_text(key); }

std::string real_text(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

std::string headers_text(const Headers& headers);

// Definitions hold no other types than these.
std::string value_text(const HeaderValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) return real_text(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return string_text(*text);
  if (const auto* table = std::get_if<HeaderTable>(&value))
    return fmt::format("{{ table = {} }}", headers_text(table->entries()));
  if (const auto* array = std::get_if<HeaderArray>(&value)) {
    std::vector<std::string> parts;
    for (const HeaderValue& one : array->values()) parts.push_back(value_text(one));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  return "{ void = true }";
}

std::string headers_text(const Headers& headers) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : headers)
    parts.push_back(fmt::format("{} = {}", key_text(name), value_text(value)));
  return parts.empty() ? "{}" : fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

// The paragraph as comments that end by column 100 where they have spaces, later lines indented.
std::string comment(std::string_view text, std::string_view indent = "") {
  std::string result;
  std::string line = "#";
  bool is_empty = true;  // but for the indent
  const auto begin_line = [&] {
    line = fmt::format("#{}", result.empty() ? "" : indent);
    is_empty = true;
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at + 1), text.size());
    const std::string_view word = text.substr(at, end - at);  // with the space before it
    if (!is_empty && line.size() + word.size() > kColumns) {
      result += line + '\n';
      begin_line();
    }
    line += word.starts_with(' ') ? "" : " ";
    line += word;
    is_empty = false;
    at = end;
  }
  return result + line + '\n';
}

std::string head_text(const ScenarioSkeleton& skeleton, const std::string& file) {
  std::string text = comment(fmt::format(
      "Made from the definitions in {}, virtual host {}{}. The components are placeholders: an echo for each "
      "queue that somebody should read, and nobody who writes. Put your own in their place.",
      printable_word(file), quoted_text(skeleton.vhost),
      skeleton.version.empty() ? "" : fmt::format(", of RabbitMQ {}", printable(skeleton.version))));
  if (!skeleton.notes.empty()) text += "#\n# What is not as in the definitions:\n";
  for (const std::string& note : skeleton.notes) text += comment("  " + note, "    ");
  if (!skeleton.people.empty())
    text += "#\n# Users and what they may do, for which a scenario has no place:\n";
  for (const std::string& line : skeleton.people) text += comment("  " + line, "    ");
  return text;
}

std::string exchange_text(const std::string& name, const ExchangeOptions& exchange) {
  std::string text =
      fmt::format("\n[exchange.{}]\ntype = {}\n", key_text(name), string_text(name_of(exchange.type)));
  if (exchange.alternate) text += fmt::format("alternate = {}\n", string_text(*exchange.alternate));
  return text;
}

std::string resource_text(const std::string& name, const ResourceConfig& config) {
  const QueueOptions& queue = config.queue;
  std::string text = fmt::format("\n[resource.{}]\n", key_text(name));
  const auto add = [&text](std::string_view key, const std::string& value) {
    text += fmt::format("{} = {}\n", key, value);
  };
  const auto add_number = [&](std::string_view key, const std::optional<std::int64_t>& value) {
    if (value) add(key, fmt::format("{}", *value));
  };
  if (queue.type == QueueType::kQuorum) add("type", "\"quorum\"");
  if (queue.message_ttl_ns) add("message_ttl", string_text(format_duration(*queue.message_ttl_ns)));
  if (queue.expires_ns) add("expires", string_text(format_duration(*queue.expires_ns)));
  add_number("max_length", queue.max_length);
  add_number("max_length_bytes", queue.max_length_bytes);
  if (queue.overflow == Overflow::kRejectPublish) add("overflow", "\"reject-publish\"");
  if (queue.overflow == Overflow::kRejectPublishDlx) add("overflow", "\"reject-publish-dlx\"");
  if (queue.dead_letter) {
    const DeadLetterTarget& target = *queue.dead_letter;
    add("dead_letter", fmt::format("{{ to = {}{} }}", string_text(target.exchange),
                                   target.key ? fmt::format(", key = {}", string_text(*target.key)) : ""));
  }
  add_number("delivery_limit", queue.delivery_limit);
  if (queue.max_priority > 0) add("max_priority", fmt::format("{}", queue.max_priority));
  if (queue.single_active_consumer) add("single_active_consumer", "true");
  if (queue.auto_delete) add("auto_delete", "true");
  if (config.alternate) add("alternate", string_text(*config.alternate));
  return text;
}

// Bindings that differ only in what they lead to are one table. A direct exchange knows no '#', which is the
// key that a table without one has.
std::string bindings_text(const std::vector<BindingSpec>& bindings,
                          const std::map<std::string, ExchangeOptions>& exchanges) {
  struct Group {
    std::string rest;  // the keys behind `to`
    std::string from;
    std::vector<std::string> to;
  };
  std::vector<Group> groups;
  std::unordered_map<std::string, std::size_t> numbers;
  for (const BindingSpec& binding : bindings) {
    std::string rest;
    const auto from = exchanges.find(binding.from);
    const bool is_direct = from != exchanges.end() && from->second.type == ExchangeType::kDirect;
    if (binding.key != "#" || is_direct) rest += fmt::format("key = {}\n", string_text(binding.key));
    if (!binding.headers.empty()) rest += fmt::format("headers = {}\n", headers_text(binding.headers));
    if (binding.match == HeaderMatch::kAny) rest += "match = \"any\"\n";
    const auto [number, is_new] = numbers.emplace(binding.from + '\n' + rest, groups.size());
    if (is_new) groups.push_back({.rest = std::move(rest), .from = binding.from, .to = {}});
    std::vector<std::string>& to = groups[number->second].to;
    to.push_back(binding.to);
  }
  std::string text;
  for (Group& group : groups) {
    std::vector<std::string> names;
    std::unordered_map<std::string, bool> seen;
    for (const std::string& name : group.to) {
      if (seen.emplace(name, true).second) names.push_back(string_text(name));
    }
    text += fmt::format("\n[[binding]]\nfrom = {}\n", string_text(group.from));
    const std::string list = fmt::format("{}", fmt::join(names, ", "));
    if (names.size() == 1) {
      text += fmt::format("to = {}\n", list);
    } else if (list.size() + std::string_view("to = []").size() <= kColumns) {
      text += fmt::format("to = [{}]\n", list);
    } else {
      text += fmt::format("to = [\n  {},\n]\n", fmt::join(names, ",\n  "));
    }
    text += group.rest;
  }
  return text;
}

std::string components_text(const std::vector<std::string>& queues) {
  AllowedNames names;
  std::string text;
  for (const std::string& queue : queues) {
    text += fmt::format("\n[component.{}]\nkind = \"echo\"\nfrom = {}\n",
                        names.component_name_like("read-" + queue), string_text(queue));
  }
  return text;
}

}  // namespace

std::string skeleton_text(const ScenarioSkeleton& skeleton, const std::string& file) {
  std::string text = head_text(skeleton, file);
  text += fmt::format("\ntitle = {}\n", string_text(printable(fmt::format("Imported from {}", file))));
  for (const auto& [name, exchange] : skeleton.exchanges) text += exchange_text(name, exchange);
  for (const auto& [name, resource] : skeleton.resources) text += resource_text(name, resource);
  text += bindings_text(skeleton.bindings, skeleton.exchanges);
  text += components_text(skeleton.read_queues);
  if (text.size() > kScenarioBytesMax) {
    throw InputError({.file = file},
                     fmt::format("makes a scenario of {} bytes, and one has at most {}: import a part of it",
                                 text.size(), kScenarioBytesMax));
  }
  return text;
}

}  // namespace dse
