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
    auto* bind = std::get_if<dse::BindOperation>(&changed);
    if (bind != nullptr && !bind->binding.headers.empty()) bind->binding.match = dse::HeaderMatch::kAny;
    return run_.perform(changed);
  }

 private:
  dse::ProcessRun run_;
};

// Delivers dead letters without saying what happened to them.
class ForgetsDeaths : public dse::Side {
 public:
  dse::Outcome perform(const dse::Operation& operation) override {
    dse::Outcome outcome = run_.perform(operation);
    for (auto& [stream, deliveries] : outcome.deliveries) {
      for (dse::SeenDelivery& delivery : deliveries) delivery.headers.remove("x-death");
    }
    return outcome;
  }

 private:
  dse::ProcessRun run_;
};

// Confirms messages that a queue refused.
class ConfirmsAll : public dse::Side {
 public:
  dse::Outcome perform(const dse::Operation& operation) override {
    dse::Outcome outcome = run_.perform(operation);
    if (outcome.confirm == dse::Confirm::kRefused) outcome.confirm = dse::Confirm::kTaken;
    return outcome;
  }

 private:
  dse::ProcessRun run_;
};

// Declares queues after `change` has changed their options.
template <auto change>
class ChangesQueues : public dse::Side {
 public:
  dse::Outcome perform(const dse::Operation& operation) override {
    dse::Operation changed = operation;
    if (auto* declare = std::get_if<dse::QueueOperation>(&changed)) change(declare->options);
    return run_.perform(changed);
  }

 private:
  dse::ProcessRun run_;
};
using IgnoresPriorities = ChangesQueues<[](dse::QueueOptions& options) { options.max_priority = 0; }>;
using ServesAllStreams =
    ChangesQueues<[](dse::QueueOptions& options) { options.single_active_consumer = false; }>;
using IgnoresDeliveryLimits =
    ChangesQueues<[](dse::QueueOptions& options) { options.delivery_limit.reset(); }>;
using NeverRemovesQueues = ChangesQueues<[](dse::QueueOptions& options) {
  options.expires_ns.reset();
  options.auto_delete = false;
}>;
using KeepsMessagesForEver =
    ChangesQueues<[](dse::QueueOptions& options) { options.message_ttl_ns.reset(); }>;

// Has no alternate exchanges.
class IgnoresAlternates : public dse::Side {
 public:
  dse::Outcome perform(const dse::Operation& operation) override {
    dse::Operation changed = operation;
    if (auto* declare = std::get_if<dse::DeclareOperation>(&changed)) declare->alternate.reset();
    if (auto* declare = std::get_if<dse::ExchangeOperation>(&changed)) declare->options.alternate.reset();
    return run_.perform(changed);
  }

 private:
  dse::ProcessRun run_;
};

template <typename Kind>
dse::MakeSide sides_of() {
  return [] { return std::make_unique<Kind>(); };
}
