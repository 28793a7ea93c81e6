// The way into the Data Bus: writes every message that is handed in from outside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"

namespace dse {

// What enters a resource from a real broker: all of a queue, or what an exchange receives.
struct ImportOptions {
  std::string queue;      // on the real broker; "" when it is an exchange
  std::string exchange;   // on the real broker; "" when it is a queue
  std::string key = "#";  // topic pattern, for an exchange
  std::string to;         // resource
  std::uint32_t prefetch = 256;
};

Kind gateway_import_kind();

// Messages are written as they are handed in: id, app_id, timestamp and everything else stay as they were
// outside.
std::shared_ptr<const Component> make_gateway_import(ImportOptions options);

}  // namespace dse
