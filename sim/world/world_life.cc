// How components of a world stop, crash, start again, and keep what they have learned.
#include <fmt/format.h>

#include <utility>

#include "dse/error.h"
#include "sim/world/world.h"
#include "sim/world/world_component.h"

namespace dse {
namespace {

// Whether the message is one that its component learns from; one that only learns does so from every message.
bool is_learned(const Component& component, const Message& message) {
  return !component.learns() || message.headers().find_integer("label") != nullptr;
}

}  // namespace

// Called before anything else of the run.
void World::schedule_life(LinkIndex link) {
  const Component& component = *components_[link];
  const LifeCycle& life = component.config.life;
  if (life.stop_ns) scheduler_.schedule(*life.stop_ns, EventKind::kStop, link, EventPriority::kControl);
  if (life.checkpoint_every_ns) await_checkpoint(link, component.config.start_ns);
}

void World::on_start(LinkIndex link) {
  Component& component = *components_[link];
  // It crashed before it started; if it has come back already, it has started.
  if (component.machine.ended() || component.machine.started()) return;
  tell(happening(EventCode::kStarted, link));
  component.machine.start(component.app->program());
}

void World::on_crash(LinkIndex link) {
  Component& component = *components_[link];
  if (component.machine.ended()) return;
  component.crashed = true;
  for (const auto& planted : planted_) {
    const Fault& fault = planted->fault();
    if (fault.kind == FaultKind::kCrash && fault.component == component.config.name &&
        fault.at_ns == scheduler_.now() && fault.on)
      planted->strike(scheduler_.now());
  }
  tell(happening(EventCode::kCrashed, link));
  const bool comes_back = component.comes_back();
  const bool bus_is_told = component.hindrance == nullptr || component.hindrance->connection.connected();
  // Nobody would know afterwards for which of its programs this was meant.
  if (comes_back) scheduler_.cancel_wait(link);
  component.machine.crash(kCrashStatus);
  component.link.wait_for_jobs();  // so that what it had learned by now does not depend on the threads
  component.app->crash();
  if (!component.has_life) return;
  forget_checkpoint_due(link);
  if (!comes_back) return;
  if (bus_is_told) ++component.life->ends_under_way;
  const TimeNs again_ns = add_time(scheduler_.now(), component.config.life.restart->after_ns);
  scheduler_.schedule(std::max(again_ns, component.config.start_ns), EventKind::kRestart, link,
                      EventPriority::kControl);
}

void World::on_stop(LinkIndex link) {
  Component& component = *components_[link];
  component.life->stopped = true;
  forget_checkpoint_due(link);
  if (component.machine.ended()) return;
  tell(happening(EventCode::kStopped, link));
  component.machine.crash(0);
  component.link.wait_for_jobs();
  component.app->finish();
  component.life->finished = true;
}

void World::on_restart(LinkIndex link) {
  Component& component = *components_[link];
  ComponentLife& life = *component.life;
  if (life.stopped) return;
  tell(happening(EventCode::kRestarted, link));
  ++life.restarts;
  life.started_ns = scheduler_.now();
  life.forgotten += std::exchange(life.learned_since, 0);
  for (LearnedState& state : component.app->states()) life.earlier_states.push_back(std::move(state));
  component.crashed = false;
  if (component.hindrance != nullptr) component.hindrance->paused_until_ns = 0;  // that process is gone
  component.machine.renew();
  component.link.renew();
  std::unique_ptr<App> app =
      maker_.make_again(component.config, {.number = life.restarts, .time_ns = scheduler_.now()});
  app->add_counts(*component.app);
  if (life.checkpoint) app->load_checkpoint(*life.checkpoint);
  component.app = std::move(app);
  if (component.config.life.checkpoint_every_ns) await_checkpoint(link, scheduler_.now());
  component.app->begin();
  component.machine.start(component.app->program());
}

void World::await_checkpoint(LinkIndex link, TimeNs from_ns) {
  Component& component = *components_[link];
  const TimeNs due_ns = add_time(from_ns, *component.config.life.checkpoint_every_ns);
  component.life->next_checkpoint_ns = due_ns;
  checkpoints_due_.emplace(due_ns, link);
  something_due_ = true;
}

void World::forget_checkpoint_due(LinkIndex link) {
  ComponentLife& life = *components_[link]->life;
  life.checkpoint_due = false;
  if (life.next_checkpoint_ns) checkpoints_due_.erase({*life.next_checkpoint_ns, link});
  life.next_checkpoint_ns.reset();
}

// Checkpoints become events only when something else is to happen at their time or later: they keep no run
// from its end, and change nothing that others see.
void World::schedule_checkpoints_up_to(TimeNs time_ns) {
  while (!checkpoints_due_.empty() && checkpoints_due_.begin()->first <= time_ns) {
    const auto [due_ns, link] = *checkpoints_due_.begin();
    checkpoints_due_.erase(checkpoints_due_.begin());
    scheduler_.schedule(due_ns, EventKind::kCheckpoint, link, EventPriority::kControl);
  }
}

void World::on_checkpoint(LinkIndex link) {
  Component& component = *components_[link];
  component.life->next_checkpoint_ns.reset();
  if (component.machine.ended()) return;
  await_checkpoint(link, scheduler_.now());
  tell(happening(EventCode::kCheckpoint, link));
  if (component.machine.handling()) {
    component.life->checkpoint_due = true;
  } else {
    component.keep_checkpoint();
  }
}

// A notice for a program that has crashed must not reach the one that was started after it.
bool World::is_stale(const Component& component, const DeliveryNotice& delivery) const {
  if (component.life->restarts == 0 || component.machine.ended()) return false;
  return component.life->ends_under_way > 0 || !bus_.broker().outstanding(delivery.tag);
}

bool World::is_stale(const Component& component, const Message& message) const {
  if (component.life->restarts == 0 || component.machine.ended()) return false;
  const bool written_before =
      message.app_id() == component.config.name && message.timestamp() < component.life->started_ns;
  return component.life->ends_under_way > 0 || written_before;
}

bool World::Component::comes_back() const {
  if (!config.life.restart) return false;
  const std::optional<std::int64_t>& times = config.life.restart->times;
  return !times || life->restarts < static_cast<std::uint64_t>(*times);
}

void World::Component::note_life(const Settlement& settlement) {
  life->settled_any = true;
  if (!settlement.rejected && is_learned(*config.component, *settlement.delivery.message))
    ++life->learned_since;
  if (life->checkpoint_due) keep_checkpoint();
}

void World::Component::keep_checkpoint() {
  life->checkpoint_due = false;
  // A model changes only by messages.
  const bool is_same = life->checkpoint && !life->settled_any && config.component->learns();
  if (is_same) return;
  link.wait_for_jobs();
  std::optional<std::string> state = app->save_checkpoint();
  if (!state) {
    throw RunError(
        fmt::format("component '{}' gives nothing for its checkpoint: a program must reply to `save` with "
                    "{{\"state\": ...}}",
                    config.name));
  }
  life->checkpoint = std::move(state);
  life->settled_any = false;
  life->learned_since = 0;
}

}  // namespace dse
