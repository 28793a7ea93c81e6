// The front whose clients are those of a listener.
#pragma once

#include <vector>

#include "listener/listener.h"
#include "sim/attach/front.h"

namespace dse {

class ListenerFront final : public Front {
 public:
  // The listener must outlive this.
  explicit ListenerFront(Listener& listener) : listener_(listener) {}

  void check() const override {}
  bool take(Intake& intake) override;
  bool has_to_settle(Intake& intake) override {
    if (replies_.empty()) replies_ = intake.world().take_replies();
    return !replies_.empty();
  }
  void settle(Intake& intake) override;
  // While it is held up, clients that publish wait, and nobody else does.
  void hold_up(bool held) { listener_.hold_up(held); }
  bool takes() const override { return true; }

 private:
  Listener& listener_;
  std::vector<ClientReply> replies_;
};

}  // namespace dse
