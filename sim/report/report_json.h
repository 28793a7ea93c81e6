// JSON of run directories and report pages, for the files that use the library itself.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace dse {

using ReportJson = nlohmann::ordered_json;

// The object that the file holds. Throws an InputError when it cannot be read, or holds anything else.
ReportJson read_json_object(const std::filesystem::path& file);

// What a value must be: a text, a list of texts, true or false, a count, a virtual time in nanoseconds, a
// list of anything or of objects, an object.
enum class JsonSort { kText, kTexts, kFlag, kCount, kTime, kList, kObjects, kObject };

struct JsonKey {
  std::string name;
  JsonSort sort = JsonSort::kText;
  bool optional = false;
};

// Throws an InputError unless the object, which was read from the file, has these keys, each with a value of
// its sort. `where` says which object of the file it is, "" for the whole.
void require_keys(const std::filesystem::path& file, const std::string& where, const ReportJson& json,
                  const std::vector<JsonKey>& keys);

}  // namespace dse
