// Exchanges, queues and bindings that clients declare.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "door/caller.h"
#include "door/queue_arguments.h"
#include "message/carriage.h"

namespace dse {
namespace {

// What RabbitMQ takes out of the names of exchanges and queues.
std::string without_line_ends(std::string name) {
  std::erase_if(name, [](char letter) { return letter == '\r' || letter == '\n'; });
  return name;
}

void require_not_reserved(std::string_view kind, std::string_view name) {
  if (!name.starts_with("amq.")) return;
  throw ClientRefusal(ReplyCode::kAccessRefused,
                      fmt::format("{} name '{}' contains reserved prefix 'amq.*'", kind, name));
}

void require_not_default(std::string_view exchange) {
  if (!exchange.empty()) return;
  throw ClientRefusal(ReplyCode::kAccessRefused, "operation not permitted on the default exchange");
}

std::optional<ExchangeType> exchange_type(std::string_view name) {
  for (const ExchangeType type :
       {ExchangeType::kDirect, ExchangeType::kFanout, ExchangeType::kTopic, ExchangeType::kHeaders}) {
    if (name_of(type) == name) return type;
  }
  return std::nullopt;
}

// The text that the argument must be, if it is there.
std::optional<std::string> name_argument(const Headers& arguments, std::string_view name,
                                         std::string_view what) {
  const HeaderValue* value = arguments.find(name);
  if (value == nullptr) return std::nullopt;
  const auto* text = std::get_if<std::string>(value);
  if (text != nullptr) return *text;
  throw ClientRefusal(ReplyCode::kPreconditionFailed, fmt::format("invalid type '{}' for arg '{}' in {}",
                                                                  amqp_type_name(*value), name, what));
}

[[noreturn]] void refuse_locked(std::string_view queue) {
  throw ClientRefusal(
      ReplyCode::kResourceLocked,
      fmt::format("cannot obtain exclusive access to locked {}. It could be originally declared on "
                  "another connection or the exclusive property value does not match that of the "
                  "original declaration.",
                  queue));
}

// What a binding of a headers exchange asks for beside the values: x-match, by default all.
HeaderMatch header_match(const Headers& arguments) {
  const HeaderValue* match = arguments.find("x-match");
  if (match == nullptr) return HeaderMatch::kAll;
  const auto* text = std::get_if<std::string>(match);
  if (text == nullptr) {
    throw ClientRefusal(ReplyCode::kPreconditionFailed,
                        fmt::format("Invalid x-match field type {} (value {}); expected longstr",
                                    amqp_type_name(*match), erlang_text(*match)));
  }
  if (*text == "all" || *text == "all-with-x") return HeaderMatch::kAll;
  if (*text == "any" || *text == "any-with-x") return HeaderMatch::kAny;
  throw ClientRefusal(
      ReplyCode::kPreconditionFailed,
      fmt::format("Invalid x-match field value <<\"{}\">>; expected all, any, all-with-x, or any-with-x",
                  *text));
}

// The values that it asks for: names that begin with "x-" count only with all-with-x and any-with-x.
Headers header_values(const Headers& arguments) {
  const HeaderValue* match = arguments.find("x-match");
  const auto* text = match == nullptr ? nullptr : std::get_if<std::string>(match);
  const bool with_x = text != nullptr && text->ends_with("-with-x");
  Headers values;
  for (const auto& [name, value] : arguments) {
    if (name == "x-match" || (!with_x && name.starts_with("x-"))) continue;
    values.set(name, value);
  }
  return values;
}

}  // namespace

void Door::refuse_access(const std::string& text) const { throw ClientRefusal::of_access(text); }

std::size_t Door::room_for(const Headers& arguments) const {
  const std::size_t bytes = bytes_in_frame(arguments);
  if (bytes > kArgumentBytesMax - argument_bytes_)
    throw ClientRefusal(ReplyCode::kResourceError, "too many bytes of arguments were declared");
  return bytes;
}

DeclaredExchange& Door::required_exchange(std::string_view name) {
  DeclaredExchange* exchange = catalogue_.exchange(name);
  if (exchange == nullptr)
    throw ClientRefusal(ReplyCode::kNotFound, fmt::format("no {}", exchange_text(name)));
  return *exchange;
}

DeclaredQueue& Door::required_queue(const Caller& caller, const std::string& name) {
  DeclaredQueue* queue = catalogue_.queue(name);
  if (queue == nullptr) throw ClientRefusal(ReplyCode::kNotFound, fmt::format("no {}", queue_text(name)));
  if (queue->owner != kNoClient && queue->owner != caller.index()) refuse_locked(queue_text(name));
  ensure_queue(*queue);
  return *queue;
}

// The queue of a scenario's resource is there once a client uses it.
void Door::ensure_queue(DeclaredQueue& queue) {
  if (queue.of_scenario) bus_.broker().make_queue(queue.resource, now_ns_);
}

void Door::perform(Caller& caller, const wire::ExchangeDeclare& method) {
  const std::string name = without_line_ends(method.exchange);
  const auto done = [&] {
    if (!method.no_wait) reply(caller.index(), caller.channel.number, wire::ExchangeDeclareOk{});
  };
  if (method.passive) {
    require_not_default(name);
    required_exchange(name);
    return done();
  }
  const std::optional<ExchangeType> type = exchange_type(method.type);
  if (!type) {
    throw ClientRefusal(
        ReplyCode::kCommandInvalid,
        fmt::format("{} exchange type '{}'", method.type.empty() ? "invalid" : "unknown", method.type));
  }
  require_not_default(name);
  if (!caller.rules().may_configure(name)) refuse_access(caller.rules().exchange_refusal(name));
  if (catalogue_.exchange(name) == nullptr) create_exchange(caller, name, method, *type);
  const DeclaredExchange& exchange = *catalogue_.exchange(name);
  const std::string what = exchange_text(name);
  if (exchange.type != *type) {
    throw ClientRefusal(ReplyCode::kPreconditionFailed,
                        fmt::format("inequivalent arg 'type' for {}: received '{}' but current is '{}'", what,
                                    method.type, name_of(exchange.type)));
  }
  require_same_flag(what, "durable", exchange.durable, method.durable);
  require_same_flag(what, "auto_delete", exchange.auto_delete, method.auto_delete);
  require_same_flag(what, "internal", exchange.internal, method.internal);
  require_same_arguments(what, exchange.arguments, method.arguments, compared_exchange_arguments());
  done();
}

void Door::create_exchange(Caller& caller, const std::string& name, const wire::ExchangeDeclare& method,
                           ExchangeType type) {
  require_not_reserved("exchange", name);
  const std::optional<std::string> alternate =
      name_argument(method.arguments, "alternate-exchange", exchange_text(name));
  if (alternate) {
    if (!caller.rules().may_read(name)) refuse_access(caller.rules().exchange_refusal(name));
    if (!caller.rules().may_write(*alternate)) refuse_access(caller.rules().exchange_refusal(*alternate));
  }
  const std::size_t bytes = room_for(method.arguments);
  const DeclaredExchange& made = catalogue_.add_exchange(name,
                                                         {.type = type,
                                                          .durable = method.durable,
                                                          .auto_delete = method.auto_delete,
                                                          .internal = method.internal,
                                                          .arguments = method.arguments},
                                                         now_ns_);
  argument_bytes_ += bytes;
  bus_.broker().set_options(made.resource, ExchangeOptions{.type = type, .alternate = alternate});
  watcher_.on_client(caller.index(), BusEvent(EventCode::kDeclared, made.resource));
}

void Door::perform(Caller& caller, const wire::ExchangeDelete& method) {
  const std::string name = without_line_ends(method.exchange);
  require_not_default(name);
  if (name.starts_with("amq.")) {
    throw ClientRefusal(ReplyCode::kAccessRefused,
                        fmt::format("deletion of system {} not allowed", exchange_text(name)));
  }
  if (!caller.rules().may_configure(name)) refuse_access(caller.rules().exchange_refusal(name));
  if (const DeclaredExchange* exchange = catalogue_.exchange(name)) {
    if (method.if_unused && bus_.broker().bindings_from(exchange->resource) > 0)
      throw ClientRefusal(ReplyCode::kPreconditionFailed, fmt::format("{} in use", exchange_text(name)));
    if (exchange->of_scenario) {
      throw ClientRefusal(
          ReplyCode::kAccessRefused,
          fmt::format("deletion of {} not allowed: it is the scenario's", exchange_text(name)));
    }
    remove_exchange(name, caller.index());
    remove_idle_exchanges(caller.index());
  }
  if (!method.no_wait) reply(caller.index(), caller.channel.number, wire::ExchangeDeleteOk{});
}

// Removes the exchanges to which nothing is bound any more, and that are declared to go then. One that goes
// may have been all that another one was bound to.
void Door::remove_idle_exchanges(ClientIndex by) {
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    const std::vector<std::string> names = catalogue_.auto_delete_exchanges();
    for (const std::string& name : names) {
      const DeclaredExchange* exchange = catalogue_.exchange(name);
      if (exchange == nullptr || !exchange->was_bound) continue;
      if (bus_.broker().bindings_from(exchange->resource) > 0) continue;
      remove_exchange(name, by);
      goes_on = true;
    }
  }
}

void Door::remove_exchange(const std::string& name, ClientIndex by) {
  const ResourceIndex resource = catalogue_.exchange(name)->resource;
  bus_.broker().remove_exchange(resource, now_ns_);
  catalogue_.forget_bindings_to(name, BindingTarget::kExchange);
  catalogue_.remove_exchange(name);
  watcher_.on_client(by, BusEvent(EventCode::kExchangeRemoved, resource));
}

void Door::perform(Caller& caller, const wire::QueueDeclare& method) {
  if (method.queue.starts_with("amq.rabbitmq.reply-to")) return require_reply_consumer(caller, method);
  const auto [queue, name] = declared_queue(caller, method);
  ensure_queue(*queue);
  const Broker::QueueState state = bus_.broker().queue_state(queue->resource);
  caller.channel.last_queue = name;
  if (method.no_wait) return;
  reply(caller.index(), caller.channel.number,
        wire::QueueDeclareOk{.queue = name,
                             .message_count = static_cast<std::uint32_t>(state.depth),
                             .consumer_count = static_cast<std::uint32_t>(state.streams)});
}

std::pair<DeclaredQueue*, std::string> Door::declared_queue(Caller& caller,
                                                            const wire::QueueDeclare& method) {
  std::string name = without_line_ends(method.queue);
  if (method.passive) {
    DeclaredQueue& queue = required_queue(caller, name);
    return {&queue, std::move(name)};
  }
  if (name.empty()) {
    const std::string type = queue_type_in(method.arguments);
    if (type == "quorum" || type == "stream") {
      throw ClientRefusal(ReplyCode::kPreconditionFailed,
                          fmt::format("Cannot declare a server-named queue for type rabbit_{}_queue", type));
    }
    name = made_name("amq.gen-");
  } else {
    require_not_reserved("queue", name);
  }
  if (!caller.rules().may_configure(name)) refuse_access(caller.rules().queue_refusal(name));
  DeclaredQueue* queue = catalogue_.queue(name);
  if (queue == nullptr) return {&create_queue(caller, name, method), std::move(name)};
  const ClientIndex owner = method.exclusive ? caller.index() : kNoClient;
  if (queue->owner != owner) refuse_locked(queue_text(name));
  const std::string what = queue_text(name);
  require_same_flag(what, "durable", queue->durable, method.durable && !method.exclusive);
  require_same_flag(what, "auto_delete", queue->auto_delete, method.auto_delete);
  require_same_arguments(what, queue->arguments, method.arguments, compared_queue_arguments());
  bus_.broker().note_redeclared(queue->resource, now_ns_);
  return {queue, std::move(name)};
}

DeclaredQueue& Door::create_queue(Caller& caller, const std::string& name, const wire::QueueDeclare& method) {
  const std::string what = queue_text(name);
  if (const auto exchange = name_argument(method.arguments, "x-dead-letter-exchange", what)) {
    if (!caller.rules().may_read(name)) refuse_access(caller.rules().queue_refusal(name));
    if (!caller.rules().may_write(*exchange)) refuse_access(caller.rules().exchange_refusal(*exchange));
  }
  QueueOptions options = read_queue_arguments(method.arguments, {.what = what,
                                                                 .durable = method.durable,
                                                                 .exclusive = method.exclusive,
                                                                 .auto_delete = method.auto_delete});
  options.auto_delete = method.auto_delete;
  const std::size_t bytes = room_for(method.arguments);
  DeclaredQueue& queue = catalogue_.add_queue(name,
                                              {.durable = method.durable && !method.exclusive,
                                               .auto_delete = method.auto_delete,
                                               .owner = method.exclusive ? caller.index() : kNoClient,
                                               .arguments = method.arguments,
                                               .type = options.type,
                                               .single_active_consumer = options.single_active_consumer},
                                              now_ns_);
  argument_bytes_ += bytes;
  bus_.broker().make_queue_alone(queue.resource, std::move(options), now_ns_);
  watcher_.on_client(caller.index(), BusEvent(EventCode::kDeclared, queue.resource));
  return queue;
}

// The name behind amq.rabbitmq.reply-to counts as a queue with one consumer as long as that is there.
void Door::require_reply_consumer(Caller& caller, const wire::QueueDeclare& method) {
  const std::string name = without_line_ends(method.queue);
  const bool is_there = name == "amq.rabbitmq.reply-to" || reply_addresses_.contains(name);
  if (!is_there) throw ClientRefusal(ReplyCode::kNotFound, fmt::format("no {}", queue_text(name)));
  caller.channel.last_queue = name;
  if (method.no_wait) return;
  reply(caller.index(), caller.channel.number, wire::QueueDeclareOk{.queue = name, .consumer_count = 1});
}

BindingSpec Door::checked_binding(Caller& caller, const BindingRequest& request) const {
  const AccessRules& rules = caller.rules();
  const bool is_queue = request.target == BindingTarget::kQueue;
  if (!rules.may_write(request.destination)) {
    refuse_access(is_queue ? rules.queue_refusal(request.destination)
                           : rules.exchange_refusal(request.destination));
  }
  if (!is_queue) require_not_default(request.destination);
  require_not_default(request.source);
  if (!rules.may_read(request.source)) refuse_access(rules.exchange_refusal(request.source));
  return {.from = request.source, .to = request.destination, .key = request.key, .target = request.target};
}

namespace {

// What a binding from an exchange of this type asks for: only headers exchanges look at the arguments.
void add_conditions(BindingSpec& binding, const Headers& arguments, ExchangeType type) {
  if (type != ExchangeType::kHeaders) return;
  binding.match = header_match(arguments);
  binding.headers = header_values(arguments);
}

}  // namespace

void Door::bind(Caller& caller, const BindingRequest& request) {
  BindingSpec binding = checked_binding(caller, request);
  if (const DeclaredExchange* source = catalogue_.exchange(request.source);
      source != nullptr && source->type == ExchangeType::kTopic &&
      !caller.rules().may_read_topic(request.source, request.key)) {
    refuse_access(caller.rules().topic_refusal(request.source, request.key));
  }
  DeclaredExchange& source = required_exchange(request.source);
  if (request.target == BindingTarget::kQueue) {
    required_queue(caller, request.destination);
  } else {
    required_exchange(request.destination);
  }
  add_conditions(binding, request.arguments, source.type);
  if (bindings_made_ >= kBindingsMadeMax)
    throw ClientRefusal(ReplyCode::kResourceError, "too many bindings were made");
  const std::size_t bytes = room_for(request.arguments);
  source.was_bound = true;
  const bool is_new = bus_.broker().bind(binding, now_ns_);
  if (source.bindings.add(source.type, binding, request.arguments, is_new)) {
    ++bindings_made_;
    argument_bytes_ += bytes;
  }
  if (!is_new) return;
  watcher_.on_client_binding(caller.index(), binding, true);
}

bool Door::is_of_scenario(const BindingSpec& binding) {
  const DeclaredExchange* source = catalogue_.exchange(binding.from);
  const bool is_own = source != nullptr && source->of_scenario && binding.from == binding.to &&
                      binding.key == "#" && binding.target == BindingTarget::kQueue &&
                      binding.headers.empty();
  const std::vector<BindingSpec>& all = options_.topology.bindings;
  return is_own || std::find(all.begin(), all.end(), binding) != all.end();
}

void Door::unbind(Caller& caller, const BindingRequest& request) {
  BindingSpec binding = checked_binding(caller, request);
  DeclaredExchange* source = catalogue_.exchange(request.source);
  if (source == nullptr) return;
  if (source->type == ExchangeType::kTopic && !caller.rules().may_read_topic(request.source, request.key))
    refuse_access(caller.rules().topic_refusal(request.source, request.key));
  add_conditions(binding, request.arguments, source->type);
  if (!bus_.broker().has_binding(binding)) return;  // which is no error
  if (request.target == BindingTarget::kQueue) required_queue(caller, request.destination);
  if (is_of_scenario(binding)) {
    throw ClientRefusal(ReplyCode::kAccessRefused,
                        fmt::format("unbinding from {} not allowed: the binding is the scenario's",
                                    exchange_text(request.source)));
  }
  if (!source->bindings.remove(source->type, binding, request.arguments)) return;
  if (!bus_.broker().unbind(binding, now_ns_)) return;
  watcher_.on_client_binding(caller.index(), binding, false);
  remove_idle_exchanges(caller.index());
}

void Door::perform(Caller& caller, const wire::ExchangeBind& method) {
  bind(caller, {.source = without_line_ends(method.source),
                .destination = without_line_ends(method.destination),
                .target = BindingTarget::kExchange,
                .key = method.routing_key,
                .arguments = method.arguments});
  if (!method.no_wait) reply(caller.index(), caller.channel.number, wire::ExchangeBindOk{});
}

void Door::perform(Caller& caller, const wire::ExchangeUnbind& method) {
  unbind(caller, {.source = without_line_ends(method.source),
                  .destination = without_line_ends(method.destination),
                  .target = BindingTarget::kExchange,
                  .key = method.routing_key,
                  .arguments = method.arguments});
  if (!method.no_wait) reply(caller.index(), caller.channel.number, wire::ExchangeUnbindOk{});
}

namespace {

// With an empty name of a queue, an empty key stands for the queue's name, too.
std::string named_key(const ClientChannel& channel, const std::string& queue, const std::string& key) {
  return queue.empty() && key.empty() ? channel.last_queue : key;
}

}  // namespace

void Door::perform(Caller& caller, const wire::QueueBind& method) {
  bind(caller, {.source = without_line_ends(method.exchange),
                .destination = without_line_ends(named_queue(caller.channel, method.queue)),
                .target = BindingTarget::kQueue,
                .key = named_key(caller.channel, method.queue, method.routing_key),
                .arguments = method.arguments});
  if (!method.no_wait) reply(caller.index(), caller.channel.number, wire::QueueBindOk{});
}

void Door::perform(Caller& caller, const wire::QueueUnbind& method) {
  unbind(caller, {.source = without_line_ends(method.exchange),
                  .destination = without_line_ends(named_queue(caller.channel, method.queue)),
                  .target = BindingTarget::kQueue,
                  .key = named_key(caller.channel, method.queue, method.routing_key),
                  .arguments = method.arguments});
  reply(caller.index(), caller.channel.number, wire::QueueUnbindOk{});
}

void Door::perform(Caller& caller, const wire::QueuePurge& method) {
  const std::string name = named_queue(caller.channel, method.queue);
  if (!caller.rules().may_read(name)) refuse_access(caller.rules().queue_refusal(name));
  const ResourceIndex resource = required_queue(caller, name).resource;
  const std::size_t count = bus_.broker().queue_state(resource).depth;
  pass_on(on_bus([&](Broker& broker) -> Effects& { return broker.purge(resource, now_ns_); }));
  if (method.no_wait) return;
  reply(caller.index(), caller.channel.number,
        wire::QueuePurgeOk{.message_count = static_cast<std::uint32_t>(count)});
}

void Door::perform(Caller& caller, const wire::QueueDelete& method) {
  const std::string name = without_line_ends(named_queue(caller.channel, method.queue));
  if (!caller.rules().may_configure(name)) refuse_access(caller.rules().queue_refusal(name));
  std::size_t count = 0;
  if (catalogue_.queue(name) != nullptr) {
    const DeclaredQueue& queue = required_queue(caller, name);
    const Broker::QueueState state = bus_.broker().queue_state(queue.resource);
    const bool is_quorum = queue.type == QueueType::kQuorum;
    if (is_quorum && (method.if_unused || method.if_empty)) {
      throw ClientRefusal(ReplyCode::kNotImplemented,
                          fmt::format("cannot delete {}. queue.delete operations with {} flag set are not "
                                      "supported by quorum queues",
                                      queue_text(name), method.if_unused ? "if-unused" : "if-empty"));
    }
    if (method.if_unused && state.streams > 0)
      throw ClientRefusal(ReplyCode::kPreconditionFailed, fmt::format("{} in use", queue_text(name)));
    if (method.if_empty && state.depth > 0)
      throw ClientRefusal(ReplyCode::kPreconditionFailed, fmt::format("{} not empty", queue_text(name)));
    if (queue.of_scenario) {
      throw ClientRefusal(ReplyCode::kAccessRefused,
                          fmt::format("deletion of {} not allowed: it is the scenario's", queue_text(name)));
    }
    count = state.depth;
    remove_queue(name);
  }
  if (method.no_wait) return;
  reply(caller.index(), caller.channel.number,
        wire::QueueDeleteOk{.message_count = static_cast<std::uint32_t>(count)});
}

// Its consumers hear of it. What follows on the bus makes forget_queue() be called.
void Door::remove_queue(const std::string& name) {
  const DeclaredQueue* queue = catalogue_.queue(name);
  if (queue == nullptr) return;
  const ResourceIndex resource = queue->resource;
  if (!bus_.broker().has_queue(resource)) return forget_queue(name);
  pass_on(on_bus([&](Broker& broker) -> Effects& { return broker.remove(resource, now_ns_); }));
}

// The queue is gone, whoever removed it: its consumers are told, and the name is free, unless it is the
// scenario's.
void Door::forget_queue(const std::string& name) {
  DeclaredQueue* queue = catalogue_.queue(name);
  if (queue == nullptr) return;
  for (const StreamIndex stream : std::exchange(queue->consumers, {})) {
    const ClientStream& consumer = stream_of(stream);
    ClientState* client = find_client(consumer.client);
    const auto channel = client->channels.find(consumer.channel);
    if (channel == client->channels.end()) continue;
    channel->second->consumers.erase(consumer.tag);
    if (client->opened.hears_cancellation) {
      reply(consumer.client, consumer.channel,
            wire::BasicCancel{.consumer_tag = consumer.tag, .no_wait = true});
    }
  }
  queue->in_exclusive_use = false;
  catalogue_.forget_bindings_to(name, BindingTarget::kQueue);
  if (!queue->of_scenario) catalogue_.remove_queue(name);
}

}  // namespace dse
