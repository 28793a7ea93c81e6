#include "dse/app.h"

#include "dse/error.h"

namespace dse {

void App::load_checkpoint(std::string_view) {
  throw UsageError(
      "an application that gives a checkpoint cannot go on from it: give it load_checkpoint, or let its "
      "component's keeps_state return false");
}

}  // namespace dse
