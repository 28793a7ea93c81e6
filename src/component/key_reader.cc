#include "dse/key_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/names.h"
#include "protocol/parameter_table.h"
#include "protocol/program_table.h"

namespace dse {

KeyValue KeyReader::value(std::string_view key) const {
  const auto info =
      std::find_if(keys_.begin(), keys_.end(), [&](const KeyInfo& one) { return one.name == key; });
  if (info == keys_.end()) {
    throw UsageError(
        fmt::format("the key '{}' is read, but the kind's table of keys does not have it: add it "
                    "there",
                    key));
  }
  return source_.value(*info);
}

// Empty when the key is not there and has no fallback.
template <typename Value>
std::optional<Value> KeyReader::find(std::string_view key) const {
  KeyValue value = this->value(key);
  if (std::holds_alternative<std::monostate>(value)) return std::nullopt;
  if (auto* typed = std::get_if<Value>(&value)) return std::move(*typed);
  throw UsageError(
      fmt::format("the key '{}' is read as another type than the kind's table of keys says", key));
}

template <typename Value>
Value KeyReader::get(std::string_view key) const {
  std::optional<Value> value = find<Value>(key);
  if (value) return std::move(*value);
  throw UsageError(
      fmt::format("the key '{}' may be missing and has no fallback: read it with _if_any, or make "
                  "it required",
                  key));
}

std::string KeyReader::text(std::string_view key) const { return get<std::string>(key); }
std::optional<std::string> KeyReader::text_if_any(std::string_view key) const {
  return find<std::string>(key);
}
std::vector<std::string> KeyReader::texts(std::string_view key) const {
  return get<std::vector<std::string>>(key);
}
std::int64_t KeyReader::integer(std::string_view key) const { return get<std::int64_t>(key); }
std::optional<std::int64_t> KeyReader::integer_if_any(std::string_view key) const {
  return find<std::int64_t>(key);
}
double KeyReader::number(std::string_view key) const { return get<double>(key); }
bool KeyReader::flag(std::string_view key) const { return get<bool>(key); }
TimeNs KeyReader::duration(std::string_view key) const { return get<std::int64_t>(key); }
std::optional<DrawnTime> KeyReader::drawn_time_if_any(std::string_view key) const {
  return find<DrawnTime>(key);
}
Rate KeyReader::rate(std::string_view key) const { return get<Rate>(key); }
std::optional<Rate> KeyReader::rate_if_any(std::string_view key) const { return find<Rate>(key); }
std::optional<std::pair<std::int64_t, std::int64_t>> KeyReader::pair_if_any(std::string_view key) const {
  return find<std::pair<std::int64_t, std::int64_t>>(key);
}

std::string KeyReader::table(std::string_view key) const {
  return find<TableText>(key).value_or(TableText{"{}"}).json;
}

LearnerInfo KeyReader::learner(std::string_view key) const {
  const KeyValue held = value(key);
  const auto* table = std::get_if<TableText>(&held);
  const std::optional<std::string> named =
      table == nullptr ? std::nullopt : name_in(table->json, "a learner", place(key));
  if (table != nullptr && !named) {
    return {.name = "program",
            .meaning = "A program in another language.",
            .program = std::make_shared<const ExternalProgram>(
                read_program_table(table->json, {.folder = folder(), .place = place(key)}))};
  }
  const std::string name = named ? *named : text(key);
  const LearnerInfo* learner = source_.learners.find(name);
  if (learner == nullptr)
    refuse(key, fmt::format("there is no learner '{}'{}", name, suggestion(name, source_.learners.names())));
  LearnerInfo chosen = *learner;
  if (named) {
    chosen.set_parameters =
        read_parameters(table->json, {.known = chosen.parameters,
                                      .what = fmt::format("parameter of the learner '{}'", chosen.name),
                                      .place = place(key)});
  }
  return chosen;
}

std::shared_ptr<const DataSource> KeyReader::data_if_any(std::string_view key) const {
  const std::optional<std::string> name = text_if_any(key);
  if (!name) return nullptr;
  const auto found = source_.data.find(*name);
  if (found != source_.data.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [known, data] : source_.data) names.push_back(known);
  throw UnknownName(place(key), fmt::format("there is no [data.{}]{}", *name, suggestion(*name, names)));
}

void KeyReader::refuse(std::string_view key, const std::string& text) const {
  throw InputError(place(key), text);
}

}  // namespace dse
