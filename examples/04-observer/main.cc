// An observer, which is told of everything that happens, once and in order.
#include <dse/simulation.h>

#include <iostream>
#include <map>
#include <string>

namespace {

// Prints what is written and delivered, and counts how many copies the broker makes.
class Printer : public dse::Observer {
 public:
  void on_event(const dse::RunEvent& event) override {
    if (event.code == dse::EventCode::kPublished) {
      print(event, "writes");
      copies_ += event.queues.size();
    }
    if (event.code == dse::EventCode::kUnroutable) print(event, "writes to nobody");
    if (event.code == dse::EventCode::kDelivered) print(event, "gets");
  }
  std::size_t copies() const { return copies_; }

 private:
  static void print(const dse::RunEvent& event, const char* what) {
    std::cout << event.time_ns << " ns: " << event.component() << " " << what << " "
              << (*event.message)->key() << " (" << event.resource() << ")\n";
  }

  std::size_t copies_ = 0;
};

dse::Program reader(const std::string& from) {
  return {
      dse::stream_resource(from, 0, [](dse::Machine& machine, const dse::MessagePtr&) { machine.next(); })};
}

}  // namespace

int main() {
  Printer printer;
  dse::Simulation simulation({.latency_ns = 50'000});
  simulation.add("all", reader("all"), {.reads = "all"});
  simulation.add("sevens", reader("sevens"), {.reads = "sevens"});
  simulation.bind({.from = "digits", .to = "all"});
  simulation.bind({.from = "digits", .to = "sevens", .key = "digit.7"});
  simulation.observe(printer);
  for (const char* key : {"digit.3", "digit.7"}) simulation.write("digits", {.key = key});
  simulation.write("lost", {.key = "digit.1"});
  simulation.run();
  std::cout << printer.copies() << " copies\n";
  return 0;
}
