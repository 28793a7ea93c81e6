// Runs a scenario that has a component of a kind of one's own.
#include <dse/simulation.h>

#include <iostream>

#include "mean_kind.h"

int main(int, char** arguments) {
  dse::Tables tables = dse::built_in_tables();
  tables.kinds.add(mean_kind());
  const dse::RunResult result = dse::Simulation::from_file(arguments[1], tables).run();
  for (const auto& [name, value] : result.metrics) {
    if (name.starts_with("brightness.mean")) std::cout << name << " " << value << "\n";
  }
}
