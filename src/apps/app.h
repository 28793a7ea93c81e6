// An application: one component's program, what it counts, and what it keeps.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.h"
#include "sdk/machine.h"

namespace dse {

struct Metric {
  std::string name;  // without the component's
  double value = 0;
};

// One point of a curve over virtual time.
struct CurvePoint {
  TimeNs time_ns = 0;
  std::string metric;
  double value = 0;
};

// Where an application writes what it keeps, a line (without its end) at a time.
using LineSink = std::function<void(std::string_view line)>;
// Told what a message really shows, by whoever knows; never over the bus.
using TruthSink = std::function<void(const std::string& message_id, int label)>;
// Told which image of its data file a message shows, counted from 0.
using IndexSink = std::function<void(const std::string& message_id, std::uint32_t index)>;
// What a message really shows, by whoever knows; empty when nobody does.
using TruthOf = std::function<std::optional<int>(const std::string& message_id)>;

class App {
 public:
  virtual ~App() = default;

  // The program to start; called once. The app must outlive the machine that runs it.
  virtual Program program() = 0;
  // The run is over and every job of this component is done: do what is left.
  virtual void finish() {}
  // What it counted, final after finish().
  virtual std::vector<Metric> metrics() const = 0;
  virtual std::vector<CurvePoint> curve() const { return {}; }
};

}  // namespace dse
