// A dse of one's own, each of whose commands knows the kind and the learner of the earlier examples.
#include <dse/command_line.h>

#include "../02-own-kind/mean_kind.h"
#include "../03-own-learner/nearest_mean.h"

int main(int argc, char** argv) {
  dse::Tables tables = dse::built_in_tables();
  tables.kinds.add(mean_kind());
  tables.learners.add(nearest_mean());
  return dse::run_command_line(argc, argv, tables);
}
