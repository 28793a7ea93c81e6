// The front whose clients are those of a listener.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "listener/listener.h"
#include "sim/attach/front.h"

namespace dse {

class ListenerFront final : public Front {
 public:
  // Called with a client, as in "client 1 (app)", and with what ends its channel or its connection, as in
  // "404 NOT_FOUND - no queue 'jobs' in vhost '/'".
  using TellRefusal = std::function<void(const std::string& client, const std::string& refusal)>;

  // The listener must outlive this. `refused` may be empty.
  explicit ListenerFront(Listener& listener, TellRefusal refused = {})
      : listener_(listener), refused_(std::move(refused)) {}

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
  void tell_refusals(const World& world) const;

  Listener& listener_;
  TellRefusal refused_;
  std::vector<ClientReply> replies_;
};

}  // namespace dse
