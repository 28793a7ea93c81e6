// The format's tables say what the readers read.
#include "sim/scenario/format_table.h"

#include <fmt/format.h>

#include "dse/error.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"

using namespace dse;

namespace {

// What the reader says of a scenario with this table; each error on a line.
std::string errors_of(const std::string& text) {
  std::string all;
  try {
    parse_scenario("[component.w]\nkind = \"watch\"\nfrom = \"q\"\n" + text, "s.toml", built_in_tables());
  } catch (const InputError& error) {
    for (const InputError& one : errors_in(error)) all += fmt::format("{}\n", one.what());
  }
  return all;
}

std::string header_of(const FormatTable& table) {
  if (table.name == "component") return "[component.x]\nkind = \"watch\"\nfrom = \"q\"\n";
  if (table.shape == TableShape::kRoot) return "";
  if (table.shape == TableShape::kOne) return "[" + table.name + "]\n";
  return table.shape == TableShape::kNamed ? "[" + table.name + ".q]\n" : "[[" + table.name + "]]\n";
}

// The required keys but one, with values that are read without a complaint about their type.
std::string others_of(const std::vector<FormatKey>& keys, const std::string& but, const FormatForm* form,
                      const FormatTable& table) {
  std::string text;
  for (const FormatKey& key : keys) {
    const KeyInfo& info = key.info;
    if (!info.required || info.name == but || (table.name == "component" && info.name == "kind")) continue;
    std::string value = "\"x\"";
    if (form != nullptr && info.name == table.selector)
      value = "\"" + form->choice + "\"";
    else if (info.type == KeyType::kChoice)
      value = "\"" + info.choices.front() + "\"";
    else if (info.type == KeyType::kDuration || info.type == KeyType::kDrawnTime)
      value = "\"1ms\"";
    else if (info.type == KeyType::kNumber)
      value = "1";
    else if (info.type == KeyType::kPair)
      value = "[0, 1]";
    else if (key.form == ValueForm::kFactor)
      value = "2";
    else if (key.form == ValueForm::kNumbers)
      value = "[1]";
    else if (key.form == ValueForm::kNumberOrText)
      value = "0";
    else if (key.form == ValueForm::kInner || key.form == ValueForm::kNamedInner)
      value = "{}";
    text += info.name + " = " + value + "\n";
  }
  return text;
}

// Checks each key of a form: a date is a value of no key, and the reader complains about it as the key's
// value. So it reads the key.
void check_form(const FormatTable& table, const FormatForm* form) {
  std::vector<FormatKey> keys = table.keys;
  if (form != nullptr) keys.insert(keys.end(), form->keys.begin(), form->keys.end());
  for (const FormatKey& key : keys) {
    const std::string& name = key.info.name;
    std::string line = name + " = 1979-05-27\n";
    // What strikes handlers needs a time or a count.
    if (table.name == "fault" && name != "at" && name != "every" && name != "probability")
      line += "every = 1\n";
    const std::string header = header_of(table);
    const std::string text =
        (table.name == "component" && name == "kind" ? "[component.x]\nfrom = \"q\"\n" : header) +
        others_of(keys, name, form, table) + line;
    const std::string errors = table.shape == TableShape::kRoot
                                   ? [&] {
                                       try {
                                         parse_scenario(line, "s.toml", built_in_tables());
                                         return std::string();
                                       } catch (const InputError& error) {
                                         std::string all;
                                         for (const InputError& one : errors_in(error)) all += one.what() + std::string("\n");
                                         return all;
                                       }
                                     }()
                                   : errors_of(text);
    CAPTURE(table.name, name, text, errors);
    const std::string end = "." + name + ": ";
    const bool named =
        errors.find(end) != std::string::npos || errors.find(" " + name + ": ") != std::string::npos;
    CHECK(named);
    CHECK(errors.find(name + ": unknown key") == std::string::npos);
  }
}

}  // namespace

TEST_CASE("format: the reader reads each key that the tables have") {
  for (const FormatTable& table : format_tables()) {
    if (table.forms.empty()) check_form(table, nullptr);
    for (const FormatForm& form : table.forms) check_form(table, &form);
  }
}

TEST_CASE("format: an integer is refused just outside the range that the tables have") {
  int checked = 0;
  for (const FormatTable& table : format_tables()) {
    const auto check = [&](const std::vector<FormatKey>& keys, const FormatForm* form) {
      for (const FormatKey& key : keys) {
        if (key.info.type != KeyType::kInteger || table.shape == TableShape::kRoot) continue;
        std::vector<FormatKey> all = table.keys;
        if (form != nullptr) all.insert(all.end(), form->keys.begin(), form->keys.end());
        const std::string text = header_of(table) + others_of(all, key.info.name, form, table);
        const std::string line = fmt::format("{} = {}\n", key.info.name, key.info.range.least - 1);
        CAPTURE(text + line);
        CHECK_THAT(errors_of(text + line), ContainsSubstring("out of range"));
        ++checked;
      }
    };
    check(table.keys, table.forms.empty() ? nullptr : &table.forms.front());
    for (const FormatForm& form : table.forms) check(form.keys, &form);
  }
  CHECK(checked > 10);
}

TEST_CASE("format: no kind may have a key that every component has") {
  for (const FormatKey& key : format_table("component").keys) {
    CAPTURE(key.info.name);
    KindTable kinds;
    CHECK_THROWS_AS(
        kinds.add({.name = "own",
                   .meaning = "x",
                   .keys = {{.name = key.info.name, .type = KeyType::kText, .meaning = "x"}},
                   .read = [](const KeyReader&) -> std::shared_ptr<const Component> { return nullptr; }}),
        UsageError);
  }
}
