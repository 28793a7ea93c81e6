// What one [component.NAME] of a scenario says, by the keys of its kind. One thread, while it is read.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dse/error.h"
#include "dse/key_info.h"
#include "dse/learner_table.h"
#include "dse/time.h"

namespace dse {

class KeyReader {
 public:
  // What the reader stands on: who knows the scenario gives it.
  struct Source {
    // Reads one key, checked by its type; what is not there is its fallback. Throws InputError.
    std::function<KeyValue(const KeyInfo& key)> value;
    std::function<InputPlace(std::string_view key)> place;
    const LearnerTable& learners;
  };
  // Both must outlive it.
  KeyReader(const std::vector<KeyInfo>& keys, const Source& source) : keys_(keys), source_(source) {}

  // Each reads one key of the kind's table. Throws InputError when the key is missing or its value is wrong,
  // UsageError when the table has no such key, or one of another type.
  std::string text(std::string_view key) const;
  std::optional<std::string> text_if_any(std::string_view key) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  std::optional<std::int64_t> integer_if_any(std::string_view key) const;
  double number(std::string_view key) const;
  bool flag(std::string_view key) const;
  TimeNs duration(std::string_view key) const;  // ns
  Rate rate(std::string_view key) const;
  std::optional<std::pair<std::int64_t, std::int64_t>> pair_if_any(std::string_view key) const;
  // Whatever its type; monostate when nothing stands there and nothing holds without it.
  KeyValue value(std::string_view key) const;
  // The learner that is named there; valid as long as the table.
  const LearnerInfo& learner(std::string_view key) const;

  // Where that key stands, or the component when it is not there.
  InputPlace place(std::string_view key) const { return source_.place(key); }
  // Throws InputError about that key.
  [[noreturn]] void refuse(std::string_view key, const std::string& text) const;

 private:
  template <typename Value>
  std::optional<Value> find(std::string_view key) const;
  template <typename Value>
  Value get(std::string_view key) const;

  const std::vector<KeyInfo>& keys_;
  const Source& source_;
};

}  // namespace dse
