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
  bool is_full() const override { return false; }
  bool takes() const override { return true; }

 private:
  Listener& listener_;
  std::vector<ClientReply> replies_;
};

}  // namespace dse
