// The way out of the Data Bus: hands every message of a queue to the outside.
#pragma once

#include <memory>
#include <string>

#include "dse/component.h"
#include "dse/kind_table.h"

namespace dse {

struct ExportOptions {
  std::string from;      // resource
  std::string queue;     // its own queue, named like the component; a binding of the scenario leads into it
  std::string exchange;  // on the real broker
};

Kind gateway_export_kind();

// Acknowledges each message as soon as it is handed over, so that what happens on the bus never depends on
// what becomes of it outside. If nothing takes the messages, they are only counted.
std::shared_ptr<const Component> make_gateway_export(ExportOptions options);

}  // namespace dse
