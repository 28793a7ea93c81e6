// Sides of a conformance comparison with a planted mistake: each is the simulator's own broker with
// one thing wrong.
#pragma once

#include <utility>

#include "sim/conform/process_run.h"

// Forgets that a message was delivered before.
class ForgetsRedelivery : public dse::Side {
 public:
  dse::Outcome perform(const dse::Operation& operation) override {
    dse::Outcome outcome = run_.perform(operation);
    for (auto& [stream, deliveries] : outcome.deliveries) {
      for (dse::SeenDelivery& delivery : deliveries) delivery.redelivered = false;
    }
    return outcome;
  }

 private:
  dse::ProcessRun run_;
};

// Lets streams hold one delivery more than their prefetch.
class HandsOutOneMore : public dse::Side {
 public:
  dse::Outcome perform(const dse::Operation& operation) override {
    dse::Operation changed = operation;
    auto* open = std::get_if<dse::OpenOperation>(&changed);
    if (open != nullptr && open->prefetch != 0) ++open->prefetch;
    return run_.perform(changed);
  }

 private:
  dse::ProcessRun run_;
};

// Accepts any one of a binding's headers where all must match.
class MatchesAny : public dse::Side {
 public:
  dse::Outcome perform(const dse::Operation& operation) override {
    dse::Operation changed = operation;
    if (auto* bind = std::get_if<dse::BindOperation>(&changed)) bind->binding.match = dse::HeaderMatch::kAny;
    return run_.perform(changed);
  }

 private:
  dse::ProcessRun run_;
};

template <typename Kind>
dse::MakeSide sides_of() {
  return [] { return std::make_unique<Kind>(); };
}
