#include "protocol/program_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "core/names.h"
#include "core/printable.h"
#include "protocol/json.h"

namespace dse {
namespace {

[[noreturn]] void refuse(const InputPlace& place, const std::string& text) { throw InputError(place, text); }

InputPlace inner(const InputPlace& place, std::string_view key) {
  InputPlace result = place;
  result.key += fmt::format(".{}", key);
  return result;
}

std::string text_of(const Json& json, const InputPlace& place) {
  const auto* text = json.get_ptr<const std::string*>();
  if (text == nullptr) refuse(place, "expected a string");
  if (text->empty() || text->find('\0') != std::string::npos) refuse(place, "is empty, or holds a NUL");
  return *text;
}

std::vector<std::string> texts_of(const Json& json, const InputPlace& place) {
  if (json.is_string()) return {text_of(json, place)};
  if (!json.is_array() || json.empty()) refuse(place, "expected a string, or a list of strings");
  std::vector<std::string> texts;
  for (const Json& one : json) texts.push_back(text_of(one, place));
  return texts;
}

TimeNs duration_of(const Json& json, const InputPlace& place) {
  const auto* text = json.get_ptr<const std::string*>();
  const std::optional<TimeNs> duration = text == nullptr ? std::nullopt : parse_duration(*text);
  if (!duration || *duration == 0) refuse(place, "expected a duration such as \"60s\"");
  return *duration;
}

}  // namespace

ExternalProgram read_program_table(const std::string& json, const ProgramTablePlace& where) {
  static const std::vector<std::string> kKeys = {"program", "options",  "environment",
                                                 "files",   "patience", "folder"};
  const Json table = Json::parse(json);
  ExternalProgram command{.folder = where.folder, .place = inner(where.place, "program")};
  for (const auto& [key, value] : table.items()) {
    const InputPlace place = inner(where.place, key);
    if (key == "program") {
      command.words = texts_of(value, place);
    } else if (key == "options") {
      if (!value.is_object()) refuse(place, "expected a table");
      command.options = value.dump();
    } else if (key == "environment") {
      command.environment = read_environment(value.dump(), place);
    } else if (key == "files") {
      command.files = texts_of(value, place);
    } else if (key == "patience") {
      command.patience_ns = duration_of(value, place);
    } else if (key == "folder") {
      command.folder = (std::filesystem::path(where.folder) / text_of(value, place)).string();
    } else {
      refuse(place, "is no key of a program" + suggestion(key, kKeys));
    }
  }
  if (command.words.empty()) refuse(inner(where.place, "program"), "is missing");
  return command;
}

std::vector<std::pair<std::string, std::string>> read_environment(const std::string& json,
                                                                  const InputPlace& place) {
  std::vector<std::pair<std::string, std::string>> variables;
  const Json table = Json::parse(json);
  if (!table.is_object()) refuse(place, "expected a table of strings");
  for (const auto& [name, value] : table.items()) {
    const auto* text = value.get_ptr<const std::string*>();
    const bool named = !name.empty() && name.find_first_of(std::string("=\0", 2)) == std::string::npos;
    if (!named || text == nullptr || text->find('\0') != std::string::npos) {
      refuse(place, fmt::format("has {}, which is no variable: expected names without =, and strings",
                                quoted_text(name)));
    }
    variables.emplace_back(name, *text);
  }
  return variables;
}

}  // namespace dse
