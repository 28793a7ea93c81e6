// Runs a scenario whose model takes a learner of one's own.
#include <dse/simulation.h>

#include <iostream>

#include "nearest_mean.h"

int main(int, char** arguments) {
  dse::Tables tables = dse::built_in_tables();
  tables.learners.add(nearest_mean());
  dse::Simulation simulation = dse::Simulation::from_file(arguments[1], tables);
  const dse::RunResult result = simulation.run();
  std::cout << "accuracy " << result.metrics.at("model.accuracy") << "\n"
            << "models   " << result.fingerprints.models << "\n";
  for (const dse::ExpectationOutcome& one : simulation.expectations())
    std::cout << (one.as_planned ? "ok     " : "FAILED ") << one.text << "\n";
  return 0;
}
