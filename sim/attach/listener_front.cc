#include "sim/attach/listener_front.h"

#include <utility>

namespace dse {

// The listener stops reading when what it has read is not taken. So the world has never more to do than one
// such load, however fast clients are.
bool ListenerFront::take(Intake& intake) {
  if (intake.is_closed()) return true;
  if (intake.world().has_commands()) return false;
  for (ClientCommand& command : listener_.take()) intake.hand_in(std::move(command));
  return true;
}

void ListenerFront::settle(Intake& intake) {
  if (has_to_settle(intake)) listener_.send(std::exchange(replies_, {}));
}

}  // namespace dse
