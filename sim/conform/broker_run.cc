#include "sim/conform/broker_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "amqp/topology.h"
#include "dse/hash.h"
#include "sim/conform/process_run.h"

namespace dse {

BrokerRun::BrokerRun(CaseClients& clients, std::string prefix, std::chrono::milliseconds rest)
    : clients_(clients), prefix_(std::move(prefix)), rest_(rest), control_(open_channel()) {}

BrokerRun::~BrokerRun() {
  try {
    clean_up();
  } catch (const BrokerError&) {
    // Whatever is wrong, the next use of the connection will report it too.
  }
}

void BrokerRun::clean_up() {
  const auto close = [this](const Channel& channel) {
    try {
      close_channel(channel);
    } catch (const ChannelClosed&) {
      // It was this channel that failed.
    }
  };
  for (const auto& [stream, open] : open_) close(open.channel);
  for (const auto& [number, publisher] : publishers_) close(publisher.channel);
  if (careful_) close(*careful_);
  // The control channel may be what failed.
  const Channel channel = open_channel();
  Connection& connection = client(channel);
  for (const std::string& resource : queues_) connection.delete_queue(channel.number, name(resource), {});
  for (const std::string& companion : companions_) connection.delete_exchange(channel.number, companion, {});
  for (const auto& [resource, options] : exchanges_)
    connection.delete_exchange(channel.number, name(resource), {});
  close_channel(channel);
  close(control_);
  // What one stream gave back when it was closed, another stream may have received; none of it must reach the
  // next run.
  for (Connection* one : {&clients_.first(), &clients_.second()}) {
    while (one->wait(std::chrono::milliseconds(0))) continue;
  }
}

BrokerRun::Channel BrokerRun::open_channel(bool of_second) {
  Channel channel{.of_second = of_second};
  channel.number = client(channel).open_channel();
  return channel;
}

void BrokerRun::close_channel(const Channel& channel) { client(channel).close_channel(channel.number); }

std::string BrokerRun::text_here(const std::string& text) const {
  return text.starts_with(prefix_) ? text.substr(prefix_.size()) : text;
}

Headers BrokerRun::headers_here(const Headers& headers) const {
  Headers result;
  for (const auto& [name, value] : headers) result.set(name, value_here(value));
  return result;
}

HeaderValue BrokerRun::value_here(const HeaderValue& value) const {
  if (const auto* text = std::get_if<std::string>(&value)) return text_here(*text);
  if (const auto* table = std::get_if<HeaderTable>(&value))
    return HeaderTable(headers_here(table->entries()));
  const auto* array = std::get_if<HeaderArray>(&value);
  if (array == nullptr) return value;
  std::vector<HeaderValue> values;
  for (const HeaderValue& one : array->values()) values.push_back(value_here(one));
  return HeaderArray(std::move(values));
}

Headers BrokerRun::headers_there(Headers headers) const {
  for (const char* name : {"CC", "BCC"}) {
    const HeaderValue* value = headers.find(name);
    const auto* array = value == nullptr ? nullptr : std::get_if<HeaderArray>(value);
    if (array == nullptr) continue;
    std::vector<HeaderValue> keys;
    for (const HeaderValue& key : array->values()) {
      const auto* text = std::get_if<std::string>(&key);
      keys.push_back(text == nullptr ? key : HeaderValue(key_there(*text)));
    }
    headers.set(name, HeaderArray(std::move(keys)));
  }
  return headers;
}

QueueOptions BrokerRun::there(QueueOptions options) const {
  if (!options.dead_letter) return options;
  DeadLetterTarget& target = *options.dead_letter;
  if (!target.exchange.empty()) target.exchange = name(target.exchange);
  if (target.key) target.key = key_there(*target.key);
  return options;
}

ExchangeOptions BrokerRun::there(ExchangeOptions options) const {
  if (options.alternate) options.alternate = name(*options.alternate);
  return options;
}

ExchangeType BrokerRun::type_of(const std::string& exchange) const {
  const auto found = exchanges_.find(exchange);
  return found == exchanges_.end() ? ExchangeType::kTopic : found->second.type;
}

void BrokerRun::make_exchange(const std::string& exchange) {
  const ExchangeOptions& options = exchanges_[exchange];
  assert_exchange(client(control_), control_.number, name(exchange), there(options));
}

void BrokerRun::make_queue(const Channel& channel, const std::string& resource) {
  make_exchange(resource);
  queues_.insert(resource);
  gone_.erase(resource);
  const auto found = options_.find(resource);
  Connection& connection = client(channel);
  assert_queue_alone(connection, channel.number, name(resource),
                     found == options_.end() ? QueueOptions() : there(found->second));
  connection.bind_queue(channel.number,
                        {.source = name(resource), .destination = name(resource), .key = "#"});
}

Outcome BrokerRun::perform(const Operation& operation) {
  if (!began_) began_ = std::chrono::steady_clock::now();
  last_channel_.reset();
  Outcome outcome;
  std::visit([this, &outcome](const auto& one) { perform(one, outcome); }, operation);
  if (steps_ > 0) check_time();
  return outcome;
}

void BrokerRun::perform(const DeclareOperation& declare, Outcome& outcome) {
  if (!exchanges_.contains(declare.resource)) exchanges_[declare.resource].alternate = declare.alternate;
  make_exchange(declare.resource);
  settle_down(control_, outcome);
}

void BrokerRun::perform(const ExchangeOperation& declare, Outcome& outcome) {
  exchanges_[declare.exchange] = declare.options;
  make_exchange(declare.exchange);
  settle_down(control_, outcome);
}

void BrokerRun::perform(const QueueOperation& declare, Outcome& outcome) {
  options_[declare.queue] = declare.options;
  make_queue(control_, declare.queue);
  settle_down(control_, outcome);
}

void BrokerRun::perform(const BindOperation& bind, Outcome& outcome) {
  BindingSpec binding = bind.binding;
  make_exchange(binding.from);
  if (binding.target == BindingTarget::kQueue) {
    make_queue(control_, binding.to);
  } else {
    make_exchange(binding.to);
  }
  const ExchangeType type = type_of(binding.from);
  binding.from = name(binding.from);
  binding.to = name(binding.to);
  binding.key = key_there(binding.key);
  if (has_headers_exchange(binding, type)) companions_.insert(headers_exchange(binding));
  bind_on_broker(client(control_), control_.number, binding, type);
  settle_down(control_, outcome);
}

void BrokerRun::perform(const PublishOperation& publish, Outcome& outcome) {
  if (!publish.exchange.empty()) make_exchange(publish.exchange);
  const std::string exchange = publish.exchange.empty() ? "" : name(publish.exchange);
  const MessageFields message{.payload = Payload::copy_of(std::string(publish.bytes, 'x')),
                              .key = key_there(publish.key),
                              .headers = headers_there(publish.headers),
                              .id = publish.id,
                              .more = more_of(publish)};
  if (publish.publisher == kUnconfirmed) {
    Connection& connection = client(control_);
    connection.publish(control_.number,
                       {.exchange = exchange, .message = message, .mandatory = publish.mandatory});
    connection.declare_exchange(control_.number, "amq.direct",
                                {.passive = true});  // answered after what is returned
    settle_down(control_, outcome);
    return;
  }
  Publisher& by = publisher(publish.publisher);
  client(by.channel)
      .publish(by.channel.number, {.exchange = exchange, .message = message, .mandatory = publish.mandatory});
  ++by.published;
  wait_for_confirm(by, outcome);
  settle_down(by.channel, outcome);
}

BrokerRun::Publisher& BrokerRun::publisher(CasePublisher number) {
  const auto [place, is_new] = publishers_.try_emplace(number);
  if (is_new) {
    const Channel channel = place->second.channel = open_channel(number % 2 == 0);
    client(channel).select_confirms(channel.number);
  }
  return place->second;
}

void BrokerRun::wait_for_confirm(const Publisher& publisher, Outcome& outcome) {
  constexpr int kWaitsMax = 100;
  const Channel& channel = publisher.channel;
  for (int waits = 0; waits < kWaitsMax; ++waits) {
    std::optional<AmqpEvent> event = client(channel).wait(std::chrono::milliseconds(100));
    if (!event) continue;
    const auto* confirm = std::get_if<AmqpConfirm>(&*event);
    if (confirm == nullptr) {
      note(channel.of_second, *event, outcome);
    } else if (confirm->channel == channel.number && confirm->tag == publisher.published) {
      outcome.confirm = confirm->taken ? Confirm::kTaken : Confirm::kRefused;
      return;
    }
  }
  throw BrokerError(fmt::format("broker {}: does not confirm a message", client(channel).describe()));
}

void BrokerRun::perform(const OpenOperation& open, Outcome& outcome) {
  settle_down(open_stream(open.stream, open.resource, open.prefetch).channel, outcome);
}

void BrokerRun::perform(const SettleOperation& settle, Outcome& outcome) {
  const auto found = open_.find(settle.stream);
  if (found == open_.end() || found->second.unsettled.empty()) return settle_down(control_, outcome);
  Open& open = found->second;
  const auto at = open.unsettled.begin() + static_cast<std::ptrdiff_t>(settle.which % open.unsettled.size());
  outcome.settled = at->id;
  client(open.channel)
      .settle(open.channel.number, {.tag = at->tag,
                                    .acknowledge = settle.how == SettleHow::kAcknowledge,
                                    .requeue = settle.how == SettleHow::kRequeue});
  open.unsettled.erase(at);
  settle_down(open.channel, outcome);
}

void BrokerRun::perform(const CloseOperation& close, Outcome& outcome) {
  const auto found = open_.find(close.stream);
  if (found == open_.end()) return settle_down(control_, outcome);
  const Open closed = found->second;
  open_.erase(found);
  by_channel_.erase(closed.channel);
  close_channel(closed.channel);
  settle_down(control_, outcome);
}

void BrokerRun::perform(const DrainOperation& drain, Outcome& outcome) {
  settle_down(open_stream(next_drain_++, drain.resource, 0).channel, outcome);
}

void BrokerRun::perform(const WaitOperation& wait, Outcome& outcome) {
  check_time();
  steps_ += wait.steps;
  const auto next = *began_ + steps_ * std::chrono::nanoseconds(kStepNs);
  for (auto now = std::chrono::steady_clock::now(); now < next; now = std::chrono::steady_clock::now()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now);
    if (std::optional<AmqpEvent> event = clients_.first().wait(left)) note(false, *event, outcome);
  }
  settle_down(control_, outcome);
}

void BrokerRun::check_time() const {
  const auto begin = *began_ + steps_ * std::chrono::nanoseconds(kStepNs);
  const auto end = begin + std::chrono::nanoseconds(kOperationsNs);
  if (std::chrono::steady_clock::now() > end) throw TooLate();
}

BrokerRun::Open& BrokerRun::open_stream(CaseStream stream, const std::string& resource,
                                        std::uint16_t prefetch) {
  const Channel channel = open_channel(stream % 2 == 0);
  Open& open = open_[stream] = {.channel = channel, .resource = resource};
  by_channel_[channel] = stream;
  make_queue(channel, resource);
  client(channel).set_prefetch(channel.number, prefetch);
  client(channel).consume(channel.number, name(resource));
  return open;
}

void BrokerRun::settle_down(const Channel& channel, Outcome& outcome) {
  last_channel_ = channel;
  const auto end = std::chrono::steady_clock::now() + rest_;
  for (auto left = rest_; left.count() > 0;
       left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now())) {
    if (std::optional<AmqpEvent> event = client(channel).wait(left)) note(channel.of_second, *event, outcome);
  }
  look_again(outcome);
}

void BrokerRun::look_again(Outcome& outcome) {
  if (!last_channel_) return;
  outcome.waiting.clear();
  for (const std::string& resource : queues_) {
    const auto options = options_.find(resource);
    if (options != options_.end() && options->second.expires_ns && !is_streamed(resource)) {
      look_for(resource);
    } else if (options != options_.end() && options->second.auto_delete) {
      ask_carefully(resource, outcome);
    } else {
      ask(*last_channel_, resource, outcome);
    }
  }
  for (const auto& [stream, open] : open_) ask(open.channel, open.resource, outcome);
  outcome.gone = gone_;
  collect(outcome);
}

void BrokerRun::ask(const Channel& channel, const std::string& resource, Outcome& outcome) {
  outcome.waiting[resource] =
      client(channel).declare_queue(channel.number, name(resource), {.passive = true}).messages;
}

void BrokerRun::ask_carefully(const std::string& resource, Outcome& outcome) {
  with_care(resource, [&](const Channel& channel) { ask(channel, resource, outcome); });
}

// It is bound like this already.
void BrokerRun::look_for(const std::string& resource) {
  with_care(resource, [&](const Channel& channel) {
    client(channel).bind_queue(channel.number,
                               {.source = name(resource), .destination = name(resource), .key = "#"});
  });
}

void BrokerRun::with_care(const std::string& resource, const std::function<void(const Channel&)>& ask) {
  constexpr int kNotFound = 404;
  if (gone_.contains(resource)) return;
  if (!careful_) careful_ = open_channel();
  try {
    ask(*careful_);
  } catch (const ChannelClosed& closed) {
    if (closed.code() != kNotFound) throw;
    careful_.reset();
    gone_.insert(resource);
  }
}

bool BrokerRun::is_streamed(const std::string& resource) const {
  return std::any_of(open_.begin(), open_.end(),
                     [&](const auto& one) { return one.second.resource == resource; });
}

void BrokerRun::collect(Outcome& outcome) {
  collect(false, outcome);
  collect(true, outcome);
}

void BrokerRun::collect(bool of_second, Outcome& outcome) {
  Connection& connection = of_second ? clients_.second() : clients_.first();
  while (std::optional<AmqpEvent> event = connection.wait(std::chrono::milliseconds(0)))
    note(of_second, *event, outcome);
}

void BrokerRun::note(bool of_second, AmqpEvent& event, Outcome& outcome) {
  if (const auto* returned = std::get_if<AmqpReturn>(&event))
    outcome.returned.push_back(returned->message.id);
  auto* delivery = std::get_if<AmqpDelivery>(&event);
  if (delivery == nullptr) return;
  const auto found = by_channel_.find({of_second, delivery->channel});
  if (found == by_channel_.end()) return;  // it was closed meanwhile, and the message goes back
  const CaseStream stream = found->second;
  open_.at(stream).unsettled.push_back({delivery->tag, delivery->message.id});
  MessageFields& message = delivery->message;
  message.key = text_here(message.key);
  message.headers = headers_here(message.headers);
  outcome.deliveries[stream].push_back(seen(message, delivery->redelivered));
}

MakeSide broker_runs(CaseClients& clients, std::chrono::milliseconds rest) {
  std::array<char, 256> host{};
  gethostname(host.data(), host.size() - 1);
  const std::string process =
      fmt::format("dse-conform-{}-{}", hex64(hash_text(host.data())).substr(0, 8), getpid());
  static std::atomic<std::uint64_t> runs = 0;
  return [&clients, process, rest] {
    return std::make_unique<BrokerRun>(clients, fmt::format("{}-{}-", process, ++runs), rest);
  };
}

CompareCase compare_with(CaseClients& clients) {
  constexpr std::chrono::milliseconds kRest{40};
  const MakeSide in_process = [] { return std::make_unique<ProcessRun>(); };
  return [in_process, quick = broker_runs(clients),
          patient = broker_runs(clients, kRest)](const ConformCase& drawn) {
    constexpr std::chrono::milliseconds kPatience{2000};
    const Comparison comparison = compare(drawn, in_process, quick);
    return comparison.differs ? compare(drawn, in_process, patient, kPatience) : comparison;
  };
}

}  // namespace dse
