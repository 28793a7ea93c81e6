// A component of a program, or of an application, that no kind reads: for worlds that are built in code.
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
  std::vector<std::string> kept_files = {};  // endings of those that it keeps
};

// Its application is what `make` makes, anew for each run.
std::shared_ptr<const Component> make_component(MakeApp make, PlainComponentOptions options = {});
// Its application is nothing but this program. Every run has a copy of its steps; what handlers share, by
// reference or pointer, they share among all runs of the component, also those at one time: for a kind, whose
// components run more than once, rather give a function that makes an application.
std::shared_ptr<const Component> make_component(Program program, PlainComponentOptions options = {});

}  // namespace dse
