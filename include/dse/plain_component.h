// A component of a program, or of an application, that no kind reads: for worlds that are built in code.
#pragma once

#include <functional>
#include <memory>

#include "dse/component.h"

namespace dse {

using MakeApp = std::function<std::unique_ptr<App>(const MakeContext& context)>;

struct PlainComponentOptions {
  Ports ports = {};  // what it reads and writes, for start order, topology and expectations
  std::vector<MetricInfo> metrics = {};
  Emits emits = {};
};

// Its application is what `make` makes, anew for each run.
std::shared_ptr<const Component> make_component(MakeApp make, PlainComponentOptions options = {});
// Its application is nothing but this program.
std::shared_ptr<const Component> make_component(Program program, PlainComponentOptions options = {});

}  // namespace dse
