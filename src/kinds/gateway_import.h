// The way into the Data Bus: writes every message that is handed in from outside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"

namespace dse {

// What a broker has enters a resource: all of a queue, or what an exchange gets.
struct ImportOptions {
  std::string queue;      // on the broker; "" when it is an exchange
  std::string exchange;   // on the broker; "" when it is a queue
  std::string key = "#";  // topic pattern, of an exchange
  std::string to;         // resource
  std::uint32_t prefetch = 256;
};

Kind gateway_import_kind();

// Messages are written as they are handed in: id, app_id, timestamp and all else stay what they were outside.
std::shared_ptr<const Component> make_gateway_import(ImportOptions options);

}  // namespace dse
