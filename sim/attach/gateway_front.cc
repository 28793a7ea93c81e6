#include "sim/attach/gateway_front.h"

#include <fmt/format.h>

#include <utility>

#include "amqp/run_mark.h"

namespace dse {

Gateway::Options gateway_options(const Scenario& scenario, const BrokerAddress& broker,
                                 const std::atomic<bool>& interrupted) {
  Gateway::Options options{
      .connection = {.address = broker, .name = "dse attach " + scenario.name, .interrupted = &interrupted},
      .run = make_run_mark(scenario.path)};
  for (const ComponentConfig& component : scenario.components) {
    const Ports ports = component.component->ports();
    if (ports.to_outside) options.exports.push_back({ports.to_outside->exchange});
    if (const std::optional<OutsidePort>& from = ports.from_outside) {
      options.imports.push_back({.name = component.name,
                                 .queue = from->queue,
                                 .exchange = from->exchange,
                                 .key = from->key,
                                 .prefetch = static_cast<std::uint16_t>(from->prefetch)});
    }
  }
  return options;
}

GatewayFront::GatewayFront(const Scenario& scenario, Gateway& gateway)
    : scenario_(scenario), gateway_(gateway) {
  for (std::size_t i = 0; i < scenario.components.size(); ++i) {
    const ComponentConfig& component = scenario.components[i];
    if (is_export(component)) exports_.emplace(component.name, exports_.size());
    if (is_import(component)) imports_.push_back(i);
  }
}

void GatewayFront::write(const ComponentConfig& exporter, const MessagePtr& message) {
  gateway_.write(exports_.at(exporter.name), message);
}

bool GatewayFront::take(Intake& intake) {
  if (intake.is_closed()) return true;
  for (Imported& imported : gateway_.take()) {
    if (intake.world().over()) return true;  // unsettled messages are delivered again
    take_import(intake, std::move(imported));
  }
  return true;
}

void GatewayFront::take_import(Intake& intake, Imported&& imported) {
  const std::size_t component = imports_[imported.import];
  if (!imported.refused.empty()) {
    // When a refusal ends the run, what came before it has been on the bus.
    if (scenario_.components[component].ends_when_refusing) intake.advance_to(intake.end_ns());
    intake.world().note_refusal(component, *imported.message, imported.refused);
    return gateway_.reject(imported.tag);
  }
  // A duplicate waits for the original.
  if (imported.message) last_import_ns_ = intake.import(component, std::move(imported.message));
  unsettled_.push_back({last_import_ns_, imported.tag});
}

void GatewayFront::settle(Intake& intake) {
  while (!unsettled_.empty() && unsettled_.front().time_ns <= intake.world().now()) {
    gateway_.acknowledge(unsettled_.front().tag);
    unsettled_.pop_front();
  }
}

void GatewayFront::stop(Intake& intake) {
  for (const Imported& rejected : gateway_.stop_imports())
    intake.world().note_refusal(imports_[rejected.import], *rejected.message, rejected.refused);
}

void GatewayFront::add_metrics(RunResult& result) const {
  const Gateway::Counts counts = gateway_.counts();
  const auto set = [&result](const std::string& component, const char* metric, std::uint64_t value) {
    result.metrics[fmt::format("{}.{}", component, metric)] = static_cast<double>(value);
  };
  for (const auto& [component, place] : exports_) {
    const Publisher::RouteCounts& exported = counts.exports[place];
    set(component, "nacked", exported.nacked);
    set(component, "republished", exported.republished);
    set(component, "unroutable", exported.unroutable);
  }
  for (std::size_t i = 0; i < imports_.size(); ++i)
    set(scenario_.components[imports_[i]].name, "duplicates", counts.imports[i].duplicates);
}

}  // namespace dse
