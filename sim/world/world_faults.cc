// What planted faults do to a world: when they strike, and how a process that pauses or a connection that is
// cut keeps events from happening.
#include <algorithm>
#include <utility>

#include "sim/world/world.h"
#include "sim/world/world_component.h"

namespace dse {
namespace {

// A connection is lost when nothing was heard for so many heartbeats.
constexpr TimeNs kHeartbeatsMissed = 2;

bool may_hinder(FaultKind kind) { return kind == FaultKind::kPause || kind == FaultKind::kPartition; }

template <typename Which>
bool any_of_component(const PlantedFaults& faults, const std::string& component, const Which& which) {
  return std::any_of(faults.begin(), faults.end(), [&](const auto& planted) {
    return planted->fault().component == component && which(planted->fault());
  });
}

}  // namespace

void World::plant_faults() {
  const std::vector<Fault> faults = maker_.faults();
  const std::vector<std::string> streams = fault_streams(faults);
  for (std::size_t number = 0; number < faults.size(); ++number) {
    for (std::size_t i = 0; i < scenario_.components.size(); ++i) {
      const ComponentConfig& config = scenario_.components[i];
      if (!config.is_called(faults[number].component)) continue;
      const LinkIndex link(static_cast<std::uint32_t>(i));
      Fault fault = faults[number];
      fault.component = config.name;
      planted_.push_back(std::make_unique<PlantedFault>(
          std::move(fault), number, random_.stream(config.name, streams[number]),
          PlantedFault::Sinks{
              .on_strike = [this, link,
                            number](const MessagePtr* message) { note_strike(link, number, message); },
              .on_effect = [this](TimeNs until_ns) { after_faults_.note_effect(until_ns); }}));
    }
  }
}

void World::note_strike(LinkIndex link, std::size_t fault, const MessagePtr* message) {
  RunEvent event = happening(EventCode::kStruck, link);
  event.fault_number = static_cast<std::uint32_t>(fault);
  event.message = message;
  tell(event);
}

// A delay, a pause and a partition need hops that can be held up. The ledger knows the latency of the bus, so
// hops of another one are among those that vary.
Hops World::hops_of(const ComponentConfig& component) {
  const DrawnTime latency = component.latency.value_or(latency_of(scenario_));
  Hops hops(latency.time_ns);
  const bool held_up = any_of_component(planted_, component.name, [](const Fault& fault) {
    return fault.kind == FaultKind::kDelay || may_hinder(fault.kind);
  });
  if (held_up || component.latency || !latency.is_constant()) {
    hops.vary(latency, {.to_bus = random_.stream(component.name, "latency to the bus"),
                        .to_component = random_.stream(component.name, "latency from the bus")});
  }
  return hops;
}

std::unique_ptr<World::Hindrance> World::Component::make_hindrance(const Parts& parts) {
  if (!any_of_component(parts.faults, parts.config.name,
                        [](const Fault& fault) { return may_hinder(fault.kind); }))
    return nullptr;
  const auto again = [ledger = parts.ledger, index = parts.index](const std::string& queue) {
    if (ledger != nullptr) ledger->note_stream(index, queue);
  };
  return std::unique_ptr<Hindrance>(new Hindrance{
      .connection = ReconnectingLink(
          {.inner = link, .hops = hops, .broker = parts.bus.broker(), .on_stream_again = again})});
}

// A crash comes before everything else at its time, even a start.
void World::schedule_faults() {
  for (LinkIndex link; link != components_.next(); ++link) {
    const std::string& name = components_[link]->config.name;
    for (const auto& planted : planted_) {
      const Fault& fault = planted->fault();
      if (fault.component != name || !fault.on || !fault.at_ns) continue;
      if (fault.kind == FaultKind::kCrash) {
        scheduler_.schedule(*fault.at_ns, EventKind::kCrash, link, EventPriority::kControl);
      } else if (may_hinder(fault.kind)) {
        timers_.at(link, *fault.at_ns,
                   [this, link, &planted = *planted] { begin_at_its_time(link, planted); });
      }
    }
    if (any_of_component(planted_, name, strikes_handlers)) {
      components_[link]->machine.set_may_begin(
          [this, link](const Delivered& delivery) { return may_begin(link, delivery); });
    }
  }
}

void World::on_fault(LinkIndex link) {
  tell(happening(EventCode::kFaultDue, link));
  timers_.make_next(link);
}

void World::begin_at_its_time(LinkIndex link, PlantedFault& planted) {
  const Component& component = *components_[link];
  if (component.machine.ended()) return;
  const bool pauses = planted.fault().kind == FaultKind::kPause;
  if (!pauses && component.hindrance->cut_until_ns > scheduler_.now()) return;  // it is cut already
  planted.strike(scheduler_.now());
  pauses ? pause(link, planted) : cut(link, planted);
}

// A component that is to die does so next, before anything else can happen to it.
bool World::may_begin(LinkIndex link, const Delivered& delivery) {
  Component& component = *components_[link];
  const TimeNs now = scheduler_.now();
  bool may = true;
  for (const auto& planted : planted_) {
    const Fault& fault = planted->fault();
    if (fault.component != component.config.name || !strikes_handlers(fault)) continue;
    if (fault.kind == FaultKind::kPartition && component.hindrance->cut_until_ns > now) continue;
    if (!planted->strikes(now, &delivery.message)) continue;
    if (fault.kind == FaultKind::kPartition) {
      cut(link, *planted);
    } else if (fault.kind == FaultKind::kPause) {
      pause(link, *planted);
      may = false;
    } else {
      scheduler_.schedule(now, EventKind::kCrash, link, EventPriority::kControl);
      return false;
    }
  }
  return may;
}

void World::pause(LinkIndex link, PlantedFault& planted) {
  const TimeNs until_ns = add_time(scheduler_.now(), planted.fault().time.draw(planted.random()));
  planted.lasts_until(until_ns);
  TimeNs& paused_until_ns = components_[link]->hindrance->paused_until_ns;
  paused_until_ns = std::max(paused_until_ns, until_ns);
  timers_.at(link, until_ns, [this, link] {
    Component& component = *components_[link];
    if (component.hindrance->paused_until_ns <= scheduler_.now()) component.machine.go_on();
  });
}

void World::cut(LinkIndex link, PlantedFault& planted) {
  Component& component = *components_[link];
  Hindrance& hindrance = *component.hindrance;
  const TimeNs now = scheduler_.now();
  const TimeNs length_ns = planted.fault().time.draw(planted.random());
  hindrance.cut_until_ns = add_time(now, length_ns);
  planted.lasts_until(hindrance.cut_until_ns);
  const TimeNs patience_ns = kHeartbeatsMissed * scenario_.heartbeat_ns;
  hindrance.loses_connection = patience_ns > 0 && length_ns >= patience_ns;
  if (!hindrance.loses_connection) return;
  hindrance.lost_to_bus = component.hops.to_bus().sent - hindrance.at_bus;
  hindrance.connection.disconnect(hindrance.at_bus);
  scheduler_.schedule(now + patience_ns, EventKind::kConnectionLost, link, EventPriority::kControl);
  timers_.at(link, hindrance.cut_until_ns, [this, link] { reconnect(link); });
}

// Both sides notice: neither has heard the other's heartbeats.
void World::lose_connection(LinkIndex link) {
  components_[link]->machine.forget_inbox();
  on_disconnected(link);
  Component& component = *components_[link];
  if (component.has_life) component.life->ends_under_way = 0;  // none of them arrives any more
  component.hindrance->lost_to_component =
      component.hops.to_component().sent - component.hindrance->at_component;
}

void World::reconnect(LinkIndex link) {
  Hindrance& hindrance = *components_[link]->hindrance;
  if (hindrance.paused_until_ns > scheduler_.now()) {
    timers_.at(link, hindrance.paused_until_ns, [this, link] { reconnect(link); });
    return;
  }
  const bool is_cut_again = hindrance.loses_connection && hindrance.cut_until_ns > scheduler_.now();
  if (is_cut_again || hindrance.connection.connected()) return;
  hindrance.connection.reconnect();
}

bool World::hinders(Component& component, const Event& event) {
  Hindrance& hindrance = *component.hindrance;
  const TimeNs now = scheduler_.now();
  const bool is_cut = hindrance.cut_until_ns > now;
  switch (event.kind) {
    case EventKind::kBusReceives:
      if (hindrance.lost_to_bus > 0) {
        --hindrance.lost_to_bus;
        ++hindrance.at_bus;
        bus_.drop_command(event.target);
        scheduler_.cancel_last();
        return true;
      }
      if (is_cut) break;
      ++hindrance.at_bus;
      return false;
    case EventKind::kComponentReceives:
      if (hindrance.lost_to_component > 0 || (is_cut && hindrance.loses_connection)) {
        if (hindrance.lost_to_component > 0) --hindrance.lost_to_component;
        ++hindrance.at_component;
        bus_.drop_notice(event.target);
        scheduler_.cancel_last();
        return true;
      }
      if (is_cut) break;
      if (hindrance.paused_until_ns > now) break;
      ++hindrance.at_component;
      return false;
    case EventKind::kFault:
    case EventKind::kConnectionLost:
    case EventKind::kCrash:
    case EventKind::kStop:
    case EventKind::kRestart:
    case EventKind::kCheckpoint:
    case EventKind::kLook:
    case EventKind::kClient:
      return false;
    case EventKind::kStart:
    case EventKind::kTimer:
    case EventKind::kResult:
    case EventKind::kImport:
      if (hindrance.paused_until_ns > now) break;
      return false;
  }
  const bool waits_for_bus =
      is_cut && (event.kind == EventKind::kBusReceives || event.kind == EventKind::kComponentReceives);
  scheduler_.postpone(event, waits_for_bus ? hindrance.cut_until_ns : hindrance.paused_until_ns);
  return true;
}

std::vector<FaultCount> World::fault_counts() const {
  std::vector<FaultCount> counts(scenario_.faults.size());
  for (const auto& planted : planted_) {
    FaultCount& count = counts[planted->number()];
    count.struck += planted->struck();
    count.last_ns = std::max(count.last_ns, planted->last_ns());
  }
  return counts;
}

// While a connection is cut, nobody knows when what is on its way arrives.
std::map<LinkIndex, Ledger::LastArrivals> World::last_arrivals() const {
  std::map<LinkIndex, Ledger::LastArrivals> arrivals;
  for (LinkIndex link; link != components_.next(); ++link) {
    const Component& component = *components_[link];
    if (!component.hops.varies()) continue;
    Ledger::LastArrivals last{.at_bus_ns = component.hops.to_bus().last_ns,
                              .at_component_ns = component.hops.to_component().last_ns};
    const Hindrance* hindrance = component.hindrance.get();
    if (hindrance != nullptr &&
        (hindrance->cut_until_ns > scheduler_.now() || !hindrance->connection.connected())) {
      last = {.at_bus_ns = INT64_MAX, .at_component_ns = INT64_MAX};
    } else if (hindrance != nullptr && hindrance->paused_until_ns > scheduler_.now()) {
      last.at_component_ns = INT64_MAX;
    }
    arrivals.emplace(link, last);
  }
  return arrivals;
}

}  // namespace dse
