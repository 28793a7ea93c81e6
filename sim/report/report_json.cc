#include "sim/report/report_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <system_error>

#include "core/printable.h"
#include "dse/error.h"

namespace dse {
namespace {

namespace fs = std::filesystem;

// Deeper than anything that a run writes. The library writes nested values by recursion, so a deeper file
// could exhaust the stack.
constexpr int kNestingMax = 64;

bool all_are(const ReportJson& list, bool (ReportJson::*sort)() const noexcept) {
  return list.is_array() &&
         std::all_of(list.begin(), list.end(), [sort](const ReportJson& one) { return (one.*sort)(); });
}

bool is_of_sort(const ReportJson& value, JsonSort sort) {
  switch (sort) {
    case JsonSort::kText:
      return value.is_string();
    case JsonSort::kTexts:
      return all_are(value, &ReportJson::is_string);
    case JsonSort::kFlag:
      return value.is_boolean();
    case JsonSort::kCount:
      return value.is_number_unsigned();
    case JsonSort::kTime:
      return value.is_number_unsigned() && value.get<std::uint64_t>() <= INT64_MAX;
    case JsonSort::kList:
      return value.is_array();
    case JsonSort::kObjects:
      return all_are(value, &ReportJson::is_object);
    case JsonSort::kObject:
      return value.is_object();
  }
  return false;
}

}  // namespace

ReportJson read_json_object(const fs::path& file) {
  std::error_code error;
  const bool regular = fs::is_regular_file(file, error);
  std::ifstream stream;
  if (regular) stream.open(file, std::ios::binary);
  if (!stream.is_open()) throw InputError({.file = file.string()}, "cannot be read, or is no file");
  bool too_deep = false;
  const auto within_depth = [&too_deep](int depth, ReportJson::parse_event_t, ReportJson&) {
    too_deep = too_deep || depth > kNestingMax;
    return !too_deep;
  };
  ReportJson json = ReportJson::parse(stream, within_depth, false);
  if (too_deep || !json.is_object()) {
    throw InputError({.file = file.string()},
                     "is damaged: it is no JSON object that dse has written; replay the scenario again");
  }
  return json;
}

void require_keys(const fs::path& file, const std::string& where, const ReportJson& json,
                  const std::vector<JsonKey>& keys) {
  for (const JsonKey& key : keys) {
    const auto found = json.find(key.name);
    if (found == json.end() ? key.optional : is_of_sort(*found, key.sort)) continue;
    throw InputError(
        {.file = file.string()},
        fmt::format("is damaged: {}'{}' is missing or of another type; replay the scenario again",
                    where.empty() ? "" : where + ": ", printable(key.name)));
  }
}

}  // namespace dse
