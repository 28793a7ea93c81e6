// A source of messages that a file describes: each is sent as it is, with its own key, headers, payload and
// properties, at its own time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"
#include "kinds/item_data.h"

namespace dse {

struct MessageSourceOptions {
  NamedFile file;  // lines of JSON: docs/jsonl.md
  std::string to;
  std::optional<RecordedTimes> times;  // the lines' times, multiplied; empty: the rate says them
  bool from_first = false;             // whether the first line's time is the component's start
  Rate rate;
};

Kind message_source_kind();

// A message that says no id, app_id or timestamp has those of what this component writes.
std::shared_ptr<const Component> make_message_source(MessageSourceOptions options);

}  // namespace dse
