// A test of one's own component: pipe messages in, move the clock, read what came out.
#include <dse/simulation.h>

#include <iostream>
#include <string>

namespace {

std::string text_of(const dse::Message& message) {
  const auto bytes = message.payload().bytes();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Greets everybody whose name arrives on `names`, 2 ms later.
dse::Program greeter() {
  return {dse::stream_resource("names", 1, [](dse::Machine& machine, const dse::MessagePtr& name) {
    machine.eval(
        dse::after(2'000'000), dse::call([name](dse::Machine& later) {
          later.eval(dse::write_resource(
              "greetings", later.compose({.payload = dse::Payload::copy_of("hello " + text_of(*name)),
                                          .correlation_id = name->id()})));
        }));
  })};
}

}  // namespace

int main() {
  dse::Simulation simulation;
  simulation.add("greeter", greeter(), {.reads = "names", .writes = {"greetings"}});
  for (const char* name : {"Ada", "Grace", "Barbara"})
    simulation.write("names", {.payload = dse::Payload::copy_of(name)});
  simulation.advance_by(5'000'000);

  int greeted = 0;
  for (const dse::MessagePtr& greeting : simulation.read("greetings")) {
    std::cout << greeting->timestamp() << " ns: " << text_of(*greeting) << " (" << greeting->correlation_id()
              << ")\n";
    ++greeted;
  }
  std::cout << *simulation.metric("greeter.unhandled") << " waits\n";
  if (greeted != 2) {
    std::cout << "expected two greetings in 5 ms\n";
    return 1;
  }
  return 0;
}
