// Programs that tests give to components, and the simulation that most of them run in.
#pragma once

#include <string>
#include <vector>

#include "dse/machine.h"
#include "dse/program.h"
#include "dse/simulation.h"

// Options with which a hop between a component and the bus takes 10 ns.
inline const dse::SimulationOptions kHopsOf10{.latency_ns = 10, .curve_every_ns = dse::kNanosecondsPerSecond};

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

// A program that streams `from` and notes "id@time" of each message, with a * when redelivered;
// handling a message takes it service_ns.
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
