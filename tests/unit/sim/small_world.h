// Worlds of a few components whose programs a test writes.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sim/world/world.h"

// An application that is nothing but a program.
class ProgramApp : public dse::App {
 public:
  explicit ProgramApp(dse::Program program) : program_(std::move(program)) {}
  dse::Program program() override { return program_; }
  std::vector<dse::Metric> metrics() const override { return {}; }

 private:
  dse::Program program_;
};

// A scenario under construction, and the programs of those components that have no kind.
struct SmallWorld {
  dse::Scenario scenario;
  std::map<std::string, dse::Program> programs;
  dse::WorldOptions options;
  std::atomic<bool> interrupted{false};
  std::map<std::string, std::vector<std::string>> kept;  // lines, by file name
  std::map<std::string, std::string> saved;              // what the models learned, by file name

  SmallWorld() {
    scenario.latency_ns = 10;
    scenario.curve_every_ns = dse::kNanosecondsPerSecond;
  }

  // A component with a program of its own.
  void add(const std::string& name, dse::Program program, dse::TimeNs start_ns = 0) {
    dse::EchoConfig config;
    config.from = "unused";
    scenario.components.push_back({.name = name, .start_ns = start_ns, .kind = config});
    programs[name] = std::move(program);
  }
  // A component of a kind.
  void add_kind(const std::string& name, dse::KindConfig kind, dse::TimeNs start_ns = 0) {
    scenario.components.push_back({.name = name, .start_ns = start_ns, .kind = std::move(kind)});
  }

  dse::RunResult run(unsigned threads = 1) {
    kept.clear();
    options.threads = threads;
    options.make_app = [this](const dse::ComponentConfig& component) -> std::unique_ptr<dse::App> {
      const auto found = programs.find(component.name);
      if (found == programs.end()) return nullptr;
      return std::make_unique<ProgramApp>(found->second);
    };
    dse::World world(scenario, options, [this](const std::string& name) -> dse::LineSink {
      return [&lines = kept[name]](std::string_view line) { lines.emplace_back(line); };
    });
    dse::RunResult result = world.run(interrupted, [](dse::TimeNs, std::uint64_t) {});
    saved.clear();
    world.save_models(
        [this](const std::string& name, std::string_view content) { saved.emplace(name, content); });
    return result;
  }
};

// A program that writes `count` messages to `to`, one every `gap_ns`, and ends.
inline dse::Program writing(const std::string& to, int count, dse::TimeNs gap_ns = 0) {
  dse::Program program;
  for (int number = 0; number < count; ++number) {
    program.push_back(dse::call([to](dse::Machine& machine) {
      machine.eval(dse::write_resource(to, machine.compose({.payload = dse::Payload::copy_of("payload")})));
    }));
    if (gap_ns > 0) program.push_back(dse::after(gap_ns));
  }
  return program;
}

// A program that streams `from`, and notes "id@time" of each message, with a * when redelivered; a message
// takes it service_ns.
inline dse::Program noting(const std::string& from, std::vector<std::string>& notes,
                           dse::TimeNs service_ns = 0, std::uint32_t prefetch = 0) {
  return {dse::stream_resource(from, prefetch,
                               [&notes, service_ns](dse::Machine& machine, const dse::MessagePtr& message) {
                                 notes.push_back(message->id() + (machine.redelivered() ? "*" : "") + "@" +
                                                 std::to_string(machine.now()));
                                 if (service_ns == 0) return machine.next();
                                 machine.eval(dse::after(service_ns));
                               })};
}
