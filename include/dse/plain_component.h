// A component made from a program, or from an application, and not read by a kind: for worlds that are built
// in code.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "dse/component.h"

namespace dse {

using MakeApp = std::function<std::unique_ptr<App>(const MakeContext& context)>;

struct PlainComponentOptions {
  Ports ports = {};  // what it reads and writes, for start order, topology and expectations
  std::vector<MetricInfo> metrics = {};
  Emits emits = {};
  std::vector<std::string> kept_files = {};  // endings of the files that it keeps
};

// Its application is what `make` returns, made anew for each run.
std::shared_ptr<const Component> make_component(MakeApp make, PlainComponentOptions options = {});
// Its application is just this program. Every run has a copy of its steps; what handlers hold by reference or
// pointer is shared by all runs of the component, simultaneous ones included. For a kind, whose components
// run more than once, pass a function that makes an application instead.
std::shared_ptr<const Component> make_component(Program program, PlainComponentOptions options = {});

}  // namespace dse
