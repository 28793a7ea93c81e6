#include "sim/scenario/kinds_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/printable.h"
#include "drift/detector_table.h"
#include "dse/time.h"
#include "kinds/drift_detector.h"

namespace dse {
namespace {

constexpr std::string_view kIntroduction =
    R"(# Kinds of components

This page is made from the tables of kinds and learners by `tests/unit/scenario/kinds_page_test.cc`;
`DSE_UPDATE_GOLDEN=1 build/tests/test_unit_scenario "[kinds-page]"` writes it anew.

A `[component.NAME]` gives its kind with `kind = "..."`, and has the keys of that kind in addition
to [those that every component has](scenario-format.md#componentname). A key with a dot is in a
table of its own: `service.train = "20us"` is the same as `service = { train = "20us" }`. The ends
of [a gateway](scenario-format.md#gatewayexport-and-gatewayimport) have no `kind`. Names, durations,
rates and paths are written [as everywhere in a scenario](scenario-format.md). A key that has no
default and is not required may be left out; its meaning says what applies then.
)";

// Wraps the text, which is one paragraph, at column 100.
std::string wrapped(std::string_view text) {
  constexpr std::size_t kColumns = 100;
  std::string lines;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const bool fits = column + 1 + word.size() <= kColumns;
    if (column > 0) lines += fits ? ' ' : '\n';
    column = column > 0 && fits ? column + 1 + word.size() : word.size();
    lines += word;
  }
  return lines + "\n";
}

// The text as a cell of a table.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

// `"a"`, `"b"` or `"c"`
std::string listed_names(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
    text += fmt::format("`{}`", quoted_text(names[i]));
  }
  return text;
}

std::string range_text(const KeyRange& range) {
  const bool from_below = range.least == std::numeric_limits<std::int64_t>::min();
  const bool to_above = range.most == std::numeric_limits<std::int64_t>::max();
  if (from_below && to_above) return "an integer";
  if (from_below) return fmt::format("at most {}", range.most);
  if (to_above) return fmt::format("from {}", range.least);
  return fmt::format("{} to {}", range.least, range.most);
}

// Which values the key takes; "" where its meaning says enough.
std::string form_text(const KeyInfo& key, const LearnerTable& learners) {
  switch (key.type) {
    case KeyType::kText:
    case KeyType::kResource:
    case KeyType::kName:
    case KeyType::kFile:
    case KeyType::kFolder:
    case KeyType::kTable:
      return "";
    case KeyType::kLine:
      return "one line of text";
    case KeyType::kRoutingKey:
      return "at most 255 bytes, no control characters";
    case KeyType::kBrokerName:
      return "1 to 255 bytes, no control characters";
    case KeyType::kTexts:
      return "a string, or a list of strings";
    case KeyType::kChoice:
      return listed_names(key.choices);
    case KeyType::kNamedTable:
      return listed_names(key.choices) + ", or a table with one as `name` and its parameters";
    case KeyType::kLearner:
      return listed_names(learners.names()) + ", or [a program](programs.md#learners)";
    case KeyType::kData:
      return "the NAME of a `[data.NAME]`";
    case KeyType::kInteger:
      return range_text(key.range);
    case KeyType::kNumber:
      return "a number";
    case KeyType::kFlag:
      return "`true` or `false`";
    case KeyType::kDuration:
      return "a duration such as `\"50us\"`";
    case KeyType::kDrawnTime:
      return "a duration, or [a distribution](scenario-format.md#times-that-are-drawn)";
    case KeyType::kRate:
      return "a rate such as `\"2000/s\"`";
    case KeyType::kPair:
      return "two integers";
  }
  return "";
}

std::string rate_text(const Rate& rate) {
  for (const std::string_view unit : std::array{"ns", "us", "ms", "s", "min", "h"}) {
    const std::string text = fmt::format("{}/{}", rate.count, unit);
    if (parse_rate(text) == rate) return text;
  }
  return fmt::format("{} in {}", rate.count, format_duration(rate.period_ns));
}

std::string duration_text(TimeNs time_ns) { return quoted_text(format_duration(time_ns)); }

// A value of this type as a scenario has it.
struct TomlText {
  KeyType type;

  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(bool flag) const { return flag ? "true" : "false"; }
  std::string operator()(std::int64_t number) const {
    return type == KeyType::kDuration ? duration_text(number) : fmt::format("{}", number);
  }
  std::string operator()(double number) const { return fmt::format("{}", number); }
  std::string operator()(const std::string& text) const { return quoted_text(text); }
  std::string operator()(const std::vector<std::string>& texts) const {
    std::vector<std::string> quoted;
    for (const std::string& text : texts) quoted.push_back(quoted_text(text));
    return fmt::format("[{}]", fmt::join(quoted, ", "));
  }
  std::string operator()(const Rate& rate) const { return quoted_text(rate_text(rate)); }
  std::string operator()(const DrawnTime& drawn) const {
    switch (drawn.shape) {
      case DrawnTime::Shape::kConstant:
        break;
      case DrawnTime::Shape::kUniform:
        return fmt::format("{{ uniform = [{}, {}] }}", duration_text(drawn.time_ns),
                           duration_text(drawn.most_ns));
      case DrawnTime::Shape::kExponential:
        return fmt::format("{{ exponential = {} }}", duration_text(drawn.time_ns));
    }
    return duration_text(drawn.time_ns);
  }
  std::string operator()(const TableText& table) const { return table.json; }
  std::string operator()(const std::pair<std::int64_t, std::int64_t>& pair) const {
    return fmt::format("[{}, {}]", pair.first, pair.second);
  }
};

std::string default_text(const KeyInfo& key) {
  if (key.required) return "required";
  if (key.type == KeyType::kFolder) return "the scenario's";
  if (std::holds_alternative<std::monostate>(key.fallback)) return "none";
  return fmt::format("`{}`", std::visit(TomlText{key.type}, key.fallback));
}

std::string meaning_text(const KeyInfo& key, const LearnerTable& learners) {
  const std::string form = form_text(key, learners);
  if (key.meaning.empty() || form.empty()) return form + key.meaning;
  return fmt::format("{}: {}", form, key.meaning);
}

std::string heading(const Kind& kind) {
  if (kind.place == KindPlace::kExport) return "[[gateway.export]]";
  if (kind.place == KindPlace::kImport) return "[[gateway.import]]";
  return kind.name;
}

std::string kind_section(const Kind& kind, const LearnerTable& learners) {
  std::string text = fmt::format("\n## `{}`\n", heading(kind));
  if (!kind.meaning.empty()) text += "\n" + wrapped(kind.meaning);
  if (kind.keys.empty()) return text + "\nIt has no keys of its own.\n";
  text += "\n| key | default | meaning |\n| --- | --- | --- |\n";
  for (const KeyInfo& key : kind.keys) {
    text += fmt::format("| `{}` | {} | {} |\n", cell(key.name), cell(default_text(key)),
                        cell(meaning_text(key, learners)));
  }
  return text;
}

// What a table may set beside the name, of a learner or another thing that `key` chooses.
struct Parameters {
  const char* key;
  const std::string& name;
  const std::vector<KeyInfo>& infos;
};

std::string parameters_section(const Parameters& parameters, const LearnerTable& learners) {
  if (parameters.infos.empty()) return "";
  std::string text = fmt::format(
      "\n### {1}\n\nParameters are set in a table, `{0} = {{ name = \"{1}\", {2} = … }}`.\n\n"
      "| parameter | default | meaning |\n| --- | --- | --- |\n",
      parameters.key, cell(parameters.name), cell(parameters.infos.front().name));
  for (const KeyInfo& info : parameters.infos) {
    text += fmt::format("| `{}` | {} | {} |\n", cell(info.name), cell(default_text(info)),
                        cell(meaning_text(info, learners)));
  }
  return text;
}

std::string learner_section(const LearnerTable& learners) {
  std::string text =
      "\n## Learners\n\nThese are the values of a key that names a learner.\n\n"
      "| learner | meaning |\n| --- | --- |\n";
  for (const LearnerInfo& learner : learners.all())
    text += fmt::format("| `{}` | {} |\n", cell(learner.name), cell(learner.meaning));
  for (const LearnerInfo& learner : learners.all())
    text +=
        parameters_section({.key = "learner", .name = learner.name, .infos = learner.parameters}, learners);
  return text;
}

std::string detector_section(const LearnerTable& learners) {
  std::string text =
      "\n## Drift detectors\n\nThese are the values of `detector`.\n\n"
      "| detector | meaning |\n| --- | --- |\n";
  for (const DriftDetectorInfo& detector : built_in_drift_detectors())
    text += fmt::format("| `{}` | {} |\n", cell(detector.name), cell(detector.meaning));
  for (const DriftDetectorInfo& detector : built_in_drift_detectors()) {
    text += parameters_section({.key = "detector", .name = detector.name, .infos = detector.parameters},
                               learners);
  }
  return text;
}

}  // namespace

std::string kinds_page(const Tables& tables) {
  std::string page(kIntroduction);
  for (const Kind& kind : tables.kinds.all()) page += kind_section(kind, tables.learners);
  page += learner_section(tables.learners);
  if (tables.kinds.find(drift_detector_kind().name) != nullptr) page += detector_section(tables.learners);
  return page;
}

}  // namespace dse
