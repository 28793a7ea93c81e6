// What clients of a listener do in a world.
#include <fmt/format.h>

#include <utility>

#include "core/check.h"
#include "core/printable.h"
#include "sim/scenario/key_rules.h"
#include "sim/world/world.h"
#include "sim/world/world_component.h"

namespace dse {
namespace {

DoorTopology topology_for_clients(const Scenario& scenario) {
  DoorTopology topology{.bindings = scenario.bindings};
  for (const std::string& name : resource_names(scenario)) {
    if (scenario.exchanges.contains(name)) continue;
    const auto found = scenario.resources.find(name);
    const ResourceConfig config = found == scenario.resources.end() ? ResourceConfig() : found->second;
    topology.exchanges.push_back({name, {.type = ExchangeType::kTopic, .alternate = config.alternate}});
    topology.queues.push_back({name, config.queue});
  }
  for (const auto& [name, options] : scenario.exchanges) topology.exchanges.push_back({name, options});
  return topology;
}

}  // namespace

void World::make_door() {
  first_of_clients_ = bus_.broker().next_resource();
  RandomStream& names = random_.stream("", "names for clients");
  door_ = std::make_unique<Door>(bus_, static_cast<DoorWatcher&>(*this),
                                 Door::Options{.topology = topology_for_clients(scenario_),
                                               .draw = [&names] { return names.next_u64(); },
                                               .keeps_replies = options_.listens},
                                 now());
  make_gauges();
}

void World::hand_in(ClientCommand command, TimeNs time_ns) {
  DSE_CHECK(time_ns >= now() && time_ns >= last_import_ns_,
            "a client's command at {} ns, after something from outside at {} ns, at {} ns", time_ns,
            last_import_ns_, now());
  last_import_ns_ = time_ns;
  commands_.push_back(std::move(command));
  scheduler_.schedule(time_ns, EventKind::kClient, ComponentIndex(), EventPriority::kImport);
}

std::vector<ClientReply> World::take_replies() {
  return door_ == nullptr ? std::vector<ClientReply>() : door_->take_replies();
}

void World::on_client_command() {
  if (door_ == nullptr) make_door();
  unused_number_ = scheduler_.event_number();
  const ClientCommand command = commands_.pop_front();
  if (const auto* opened = std::get_if<ClientOpened>(&command.action))
    note_opened(command.client, opened->user);
  door_->apply(command, now());
  unused_number_ = 0;  // what clients get of other events has numbers of its own
  make_gauges();
}

void World::note_opened(ClientIndex client, const std::string& user) {
  const auto number = static_cast<std::uint32_t>(client_names_.size() + 1);
  if (!client_numbers_.emplace(client, number).second) return;
  client_names_.push_back(fmt::format("client {} ({})", number, printable(user)));
}

void World::on_client_refusal(ClientIndex client, const ClientFailed& refusal) {
  static const MessageFields kNoMessage;
  ++result_.clients.refused;
  const std::string& name = client_names_.at(client_numbers_.at(client) - 1);
  refusals_.add_refusal_of_client({.time_ns = now(),
                                   .component = name,
                                   .queue = "",
                                   .message = kNoMessage,
                                   .reason = fmt::format("{} {}", refusal.code, refusal.text)});
}

void World::count(EventCode code) {
  ClientCounts& counts = result_.clients;
  switch (code) {
    case EventCode::kConnected:
      ++counts.connected;
      return;
    case EventCode::kPublished:
      ++counts.published;
      return;
    case EventCode::kUnroutable:
    case EventCode::kReturned:
      ++counts.published;
      ++counts.unroutable;
      return;
    case EventCode::kDelivered:
    case EventCode::kRedelivered:
      ++counts.delivered;
      return;
    case EventCode::kAcknowledged:
    case EventCode::kRejected:
      ++counts.settled;
      return;
    default:
      return;
  }
}

// Those that clients have made have metrics when a component might have made them, but not each of very many.
bool World::has_metrics(ResourceIndex resource) const {
  constexpr std::uint32_t kOfClientsMax = 1000;
  const std::string& name = bus_.broker().name(resource);
  if (name.empty()) return false;  // the default exchange has no queue
  if (door_ == nullptr || !door_->is_of_clients(resource)) return true;
  return resource.number() < first_of_clients_.number() + kOfClientsMax &&
         is_resource_name_of_scenarios(name);
}

// The first event of a command has the command's number; what follows is caused by it.
RunEvent World::client_event(EventCode code, ClientIndex client) {
  RunEvent event = happening(code, kNoComponent);
  if (std::exchange(unused_number_, 0) != scheduler_.event_number()) {
    event.cause = scheduler_.count_within();
    event.number = scheduler_.event_number();
  }
  if (const auto number = client_numbers_.find(client); number != client_numbers_.end())
    event.client_number = number->second;
  return event;
}

void World::on_client(ClientIndex client, const BusEvent& event) {
  make_gauges();
  count(event.kind);
  RunEvent told = client_event(event.kind, client);
  told.resource_number = event.resource;
  if (event.message) told.message = &event.message;
  told.queues = event.queues;
  tell(told);
  for (const ResourceIndex queue : event.queues) note_queue(queue);
  const bool delivered = event.kind == EventCode::kDelivered || event.kind == EventCode::kRedelivered;
  if (event.resource != kNoResource && (delivered || info_of(event.kind).moves)) note_queue(event.resource);
}

void World::on_client_binding(ClientIndex client, const BindingSpec& binding, bool made) {
  make_gauges();
  if (ledger_ != nullptr) ledger_->note_client_binding(binding, made);
  RunEvent told = client_event(made ? EventCode::kBound : EventCode::kUnbound, client);
  told.resource_number = *bus_.broker().find(binding.to);
  tell(told);
}

}  // namespace dse
