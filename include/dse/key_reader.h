// Reads what one [component.NAME] of a scenario says, by the keys of its kind. Used by one thread, while the
// scenario is read.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dse/data_source.h"
#include "dse/error.h"
#include "dse/key_info.h"
#include "dse/learner_table.h"
#include "dse/time.h"

namespace dse {

class KeyReader {
 public:
  // What the reader is built on; the reader of scenarios provides it.
  struct Source {
    // Reads one key and checks it by its type; gives the fallback when the key is not there. Throws
    // InputError.
    std::function<KeyValue(const KeyInfo& key)> value;
    std::function<InputPlace(std::string_view key)> place;
    const LearnerTable& learners;
    std::string folder = {};  // the scenario's, which paths and programs are relative to
    // The data sets that the scenario describes, by name.
    std::map<std::string, std::shared_ptr<const DataSource>> data = {};
  };
  // Both must outlive the reader.
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
  std::optional<DrawnTime> drawn_time_if_any(std::string_view key) const;
  Rate rate(std::string_view key) const;
  std::optional<Rate> rate_if_any(std::string_view key) const;
  std::optional<std::pair<std::int64_t, std::int64_t>> pair_if_any(std::string_view key) const;
  // The value, whatever its type; monostate when the key is not there and has no fallback.
  KeyValue value(std::string_view key) const;
  // A table, as JSON on one line; "{}" when it is not there.
  std::string table(std::string_view key) const;
  // The learner that the key names, or the one of its own that it describes.
  LearnerInfo learner(std::string_view key) const;
  // The data set that the key names; null when the key is not there.
  std::shared_ptr<const DataSource> data_if_any(std::string_view key) const;
  // The scenario's folder; "" for the current one.
  const std::string& folder() const { return source_.folder; }

  // Where that key is in the file, or where the component is when the key is not there.
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
