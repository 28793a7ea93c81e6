// Feeds sessions of a listener, with a door behind them, what libFuzzer invents: the input is a program of
// steps, in which clients send methods with names from a small vocabulary, so that they meet, and anything
// else; sockets die, replies wait, and time passes. Whatever comes, nothing ends the process, the replies are
// what a client can expect (client_ledger.h), nothing is left of clients that have gone, and the same program
// gives the same replies again. Built with clang and -fsanitize=fuzzer,address,undefined; see the target
// listener_fuzz.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/data_bus.h"
#include "door/door.h"
#include "fuzz/client_ledger.h"
#include "fuzz/fuzz_input.h"
#include "listener/client_session.h"
#include "wire/frames.h"

namespace {

using namespace dse;
using namespace dse::wire;

constexpr std::size_t kSessions = 3;
constexpr std::size_t kSessionsMax = 12;  // in one program

const std::string kQueues[] = {"a", "b", "c", "d", "r", "s", "e", "", "amq.rabbitmq.reply-to", "none"};
const std::string kExchanges[] = {"",  "x",         "y",           "z",          "r",
                                  "e", "amq.topic", "amq.headers", "amq.fanout", "none"};
const std::string kKeys[] = {"a", "b", "c", "d", "r", "s", "a.b", "#", "*.b", "", "none"};
const std::string kTags[] = {"t", "u", "v", ""};
const std::string kTypes[] = {"direct", "fanout", "topic", "headers", "", "x-unknown"};

// What a client may say of a queue, an exchange or a binding.
Headers drawn_arguments(FuzzInput& input) {
  Headers arguments;
  for (int left = input.byte() % 4; left > 0; --left) {
    const std::int64_t number = input.byte() % 5;
    switch (input.byte() % 18) {
      case 0:
        arguments.set("x-message-ttl", number);
        break;
      case 1:
        arguments.set("x-expires", number * 3);
        break;
      case 2:
        arguments.set("x-max-length", number);
        break;
      case 3:
        arguments.set("x-max-length-bytes", number * 10);
        break;
      case 4:
        arguments.set("x-overflow", std::string("reject-publish"));
        break;
      case 5:
        arguments.set("x-overflow", std::string("reject-publish-dlx"));
        break;
      case 6:
      case 7:
        arguments.set("x-dead-letter-exchange", input.pick(kExchanges));
        break;
      case 8:
        arguments.set("x-dead-letter-routing-key", input.pick(kKeys));
        break;
      case 9:
        arguments.set("x-max-priority", number);
        break;
      case 10:
        arguments.set("x-single-active-consumer", number % 2 == 0);
        break;
      case 11:
        arguments.set("x-queue-type", std::string("quorum"));
        break;
      case 12:
        arguments.set("x-delivery-limit", number);
        break;
      case 13:
        arguments.set("alternate-exchange", input.pick(kExchanges));
        break;
      case 14:
        arguments.set("x-priority", number - 2);
        break;
      case 15:
        arguments.set("x-match", std::string(number % 2 == 0 ? "any" : "all-with-x"));
        break;
      case 16:
        arguments.set("h", number);
        break;
      default:
        arguments.set(std::string(input.text(12)), std::string(input.text(8)));
    }
  }
  return arguments;
}

Permissions drawn_permissions(FuzzInput& input) {
  switch (input.byte() % 4) {
    case 0:
      return {.configure = "^[abx]", .write = "^(a|x|amq\\..*)?$", .read = "^[abxy]"};
    case 1:
      return {.configure = ".*",
              .write = ".*",
              .read = ".*",
              .topics = {{.exchange = "amq.topic", .write = "^a", .read = "^a"}}};
    default:
      return {.configure = ".*", .write = ".*", .read = ".*"};
  }
}

ClientMethod drawn_topology_method(FuzzInput& input) {
  const std::uint8_t flags = input.byte();
  const auto flag = [flags](unsigned bit) { return (flags >> bit & 1) != 0; };
  switch (input.byte() % 9) {
    case 0:
    case 1:
      return QueueDeclare{.queue = input.pick(kQueues),
                          .passive = flag(0) && flag(1),
                          .durable = flag(2),
                          .exclusive = flag(3),
                          .auto_delete = flag(4),
                          .no_wait = flag(5),
                          .arguments = drawn_arguments(input)};
    case 2:
      return ExchangeDeclare{.exchange = input.pick(kExchanges),
                             .type = input.pick(kTypes),
                             .passive = flag(0) && flag(1),
                             .durable = flag(2),
                             .auto_delete = flag(3),
                             .internal = flag(4) && flag(5),
                             .no_wait = flag(6),
                             .arguments = drawn_arguments(input)};
    case 3:
      return QueueBind{.queue = input.pick(kQueues),
                       .exchange = input.pick(kExchanges),
                       .routing_key = input.pick(kKeys),
                       .no_wait = flag(0),
                       .arguments = drawn_arguments(input)};
    case 4:
      return QueueUnbind{.queue = input.pick(kQueues),
                         .exchange = input.pick(kExchanges),
                         .routing_key = input.pick(kKeys),
                         .arguments = drawn_arguments(input)};
    case 5:
      return ExchangeBind{.destination = input.pick(kExchanges),
                          .source = input.pick(kExchanges),
                          .routing_key = input.pick(kKeys),
                          .no_wait = flag(0),
                          .arguments = drawn_arguments(input)};
    case 6:
      return ExchangeUnbind{.destination = input.pick(kExchanges),
                            .source = input.pick(kExchanges),
                            .routing_key = input.pick(kKeys),
                            .no_wait = flag(0),
                            .arguments = drawn_arguments(input)};
    case 7:
      return QueueDelete{.queue = input.pick(kQueues),
                         .if_unused = flag(0) && flag(1),
                         .if_empty = flag(2) && flag(3),
                         .no_wait = flag(4)};
    default:
      if (flag(0)) return QueuePurge{.queue = input.pick(kQueues), .no_wait = flag(1)};
      return ExchangeDelete{.exchange = input.pick(kExchanges), .if_unused = flag(1), .no_wait = flag(2)};
  }
}

ClientMethod drawn_basic_method(FuzzInput& input) {
  const std::uint8_t flags = input.byte();
  const auto flag = [flags](unsigned bit) { return (flags >> bit & 1) != 0; };
  const std::uint64_t tag = input.byte() % 6;
  switch (input.byte() % 12) {
    case 0:
    case 1:
      return BasicConsume{.queue = input.pick(kQueues),
                          .consumer_tag = input.pick(kTags),
                          .no_ack = flag(0) && flag(1),
                          .exclusive = flag(2) && flag(3),
                          .no_wait = flag(4) && flag(5),
                          .arguments = drawn_arguments(input)};
    case 2:
      return BasicCancel{.consumer_tag = input.pick(kTags), .no_wait = flag(0)};
    case 3:
    case 4:
      return BasicGet{.queue = input.pick(kQueues), .no_ack = flag(0)};
    case 5:
    case 6:
      return BasicAck{.delivery_tag = tag, .multiple = flag(0)};
    case 7:
      return BasicReject{.delivery_tag = tag, .requeue = flag(0)};
    case 8:
      return BasicNack{.delivery_tag = tag, .multiple = flag(0), .requeue = flag(1)};
    case 9:
      return BasicQos{.prefetch_count = static_cast<std::uint16_t>(tag), .global = flag(0)};
    case 10:
      if (flag(0)) return BasicRecover{.requeue = !flag(1)};
      return BasicRecoverAsync{.requeue = !flag(1)};
    default:
      return ConfirmSelect{.no_wait = flag(0)};
  }
}

ClientMethod drawn_session_method(FuzzInput& input) {
  switch (input.byte() % 13) {
    case 0:
    case 1:
    case 2:
    case 3:
      return ChannelOpen{};
    case 4:
    case 5:
      return ChannelClose{};
    case 6:
    case 7:
      return ChannelCloseOk{};
    case 8:
      return ConnectionClose{};
    case 9:
      return ConnectionCloseOk{};
    case 10:
      return ChannelFlow{.active = input.byte() % 2 == 0};
    case 11:
      return TxSelect{};
    default:
      return ConnectionUpdateSecret{.new_secret = "s"};
  }
}

MessageFields drawn_fields(FuzzInput& input) {
  const std::uint8_t flags = input.byte();
  const auto flag = [flags](unsigned bit) { return (flags >> bit & 1) != 0; };
  MessageFields fields{.payload = Payload::copy_of(std::string(input.byte() % 40, 'p'))};
  if (flag(0)) fields.more.edit().priority = static_cast<std::uint8_t>(input.byte() % 5);
  if (flag(1)) fields.more.edit().expiration = flag(2) ? "0" : "4";
  if (flag(3)) fields.more.edit().reply_to = "amq.rabbitmq.reply-to";
  if (flag(4)) fields.headers.set("h", std::int64_t{input.byte() % 4});
  if (flag(5)) {
    std::vector<HeaderValue> keys = {input.pick(kKeys), input.pick(kKeys)};
    fields.headers.set(flag(6) ? "CC" : "BCC", HeaderArray(std::move(keys)));
  }
  // Deaths that nobody died.
  if (flag(7) && flag(6)) {
    std::vector<HeaderValue> deaths;
    for (int left = input.byte() % 4; left > 0; --left) {
      deaths.emplace_back(
          HeaderTable({{"queue", input.pick(kQueues)},
                       {"reason", std::string(input.byte() % 2 == 0 ? "rejected" : "maxlen")}}));
    }
    fields.headers.set("x-death", HeaderArray(std::move(deaths)));
  }
  return fields;
}

// One run of a program.
class FuzzedListener final : private DoorWatcher {
 public:
  explicit FuzzedListener(FuzzInput input);
  void run();
  // Everything that was written to sockets, each client's after its number.
  std::string written() const;

 private:
  struct Socket {
    std::unique_ptr<ClientSession> session;
    std::string withheld = {};  // bytes that are under way
    std::string written = {};
    Permissions permissions = {};
    bool opens_channels = false;
  };

  void step();
  void connect(Socket& socket);
  void log_in(Socket& socket, unsigned steps);
  void feed(Socket& socket, std::string bytes);
  void send(Socket& socket, std::uint16_t channel, const ClientMethod& method);
  void publish(Socket& socket);
  void send_anything(Socket& socket);
  void write(Socket& socket, std::size_t most);
  void die(Socket& socket);
  void let_time_pass();
  void act_as_component();
  void serve(Command command);
  void do_commands();
  void take_replies();
  void hand_over_replies();
  void take_notices(const BusEvent& event);
  void check_written(const Socket& socket) const;
  void check_nothing_left();

  void on_client(ClientIndex, const BusEvent& event) override {
    if (event.message) told_ += event.message->payload().size() + 1;
  }
  void on_effects(const BusEvent& event) override { take_notices(event); }
  void on_client_refusal(ClientIndex, const ClientFailed&) override {}
  void on_client_binding(ClientIndex, const BindingSpec&, bool) override { ++told_; }

  FuzzInput input_;
  SessionTime clock_ = std::chrono::seconds(1);
  TimeNs now_ns_ = 1;
  SharedSessions shared_;
  DataBus bus_;
  LinkIndex link_;
  std::uint64_t drawn_ = 0;
  std::uint64_t told_ = 0;
  Door door_;
  ClientLedger ledger_;
  std::array<Socket, kSessions> sockets_;
  std::size_t connected_ = 0;
  std::deque<ClientReply> replies_;
  std::vector<std::string> ended_;  // what was written to sockets that have gone
  std::vector<DeliveryTag> held_;   // by the component
  bool streams_ = false;
  bool withholds_replies_ = false;
  bool withholds_commands_ = false;
};

DoorTopology scenario_topology() {
  return {.exchanges = {{"r", {.type = ExchangeType::kTopic}},
                        {"s", {.type = ExchangeType::kTopic}},
                        {"e", {.type = ExchangeType::kFanout, .alternate = "r"}}},
          .queues = {{"r", {.max_length = 3, .dead_letter = DeadLetterTarget{.exchange = "e"}}},
                     {"s", {.exclusive = true}}}};
}

FuzzedListener::FuzzedListener(FuzzInput input)
    : input_(input),
      shared_({.limits = {.channel_max = 4, .body_bytes_max = 300, .alive_bytes_max = 4000}}, [] {}),
      link_(bus_.attach()),
      door_(bus_, *this,
            {.topology = scenario_topology(),
             .draw = [this] { return ++drawn_; },
             .keeps_replies = true,
             .bounds = {.queue_depth = 20, .deaths_at_once = 50, .drops = true}},
            now_ns_) {
  bus_.broker().set_options(*bus_.broker().find("r"), scenario_topology().queues[0].options);
  bus_.broker().set_options(*bus_.broker().find("s"), scenario_topology().queues[1].options);
  bus_.broker().set_options(*bus_.broker().find("e"), scenario_topology().exchanges[2].options);
  serve(DeclareCommand{.alias = ResourceAlias(0), .resource = "r"});
  serve(DeclareCommand{.alias = ResourceAlias(1), .resource = "s"});
  serve(DeclareCommand{.alias = ResourceAlias(2), .resource = "a"});
}

void FuzzedListener::serve(Command command) {
  bus_.send(link_, encode(std::move(command)));
  const BusEvent event = bus_.serve(link_, now_ns_);
  take_notices(event);
  door_.follow(event, now_ns_);
}

void FuzzedListener::take_notices(const BusEvent& event) {
  for (const LinkIndex link : event.notified) {
    const Notice notice = decode_notice(bus_.receive(link));
    if (const auto* delivery = std::get_if<DeliveryNotice>(&notice)) held_.push_back(delivery->tag);
  }
}

void FuzzedListener::connect(Socket& socket) {
  if (connected_ == kSessionsMax) return;
  ++connected_;
  socket = {.permissions = drawn_permissions(input_), .opens_channels = true};
  socket.session = std::make_unique<ClientSession>(shared_, SessionPeer{.name = "peer"}, clock_);
  const unsigned steps = input_.byte() % 8;
  log_in(socket, steps < 5 ? 4 : steps - 4);
}

void FuzzedListener::log_in(Socket& socket, unsigned steps) {
  feed(socket, std::string("AMQP\0\0\x09\x01", 8));
  Headers capabilities = {{"connection.blocked", true}};
  if (input_.byte() % 2 == 0) capabilities.set("consumer_cancel_notify", true);
  if (steps > 1) {
    send(socket, 0,
         ConnectionStartOk{.client_properties = {{"capabilities", HeaderTable(capabilities)}},
                           .mechanism = "PLAIN",
                           .response = std::string("\0a\0b", 4)});
  }
  if (steps > 2) send(socket, 0, ConnectionTuneOk{4, 4096, 60});
  if (steps > 3) {
    send(socket, 0, ConnectionOpen{.virtual_host = "/"});
    send(socket, 1, ChannelOpen{});
  }
}

void FuzzedListener::feed(Socket& socket, std::string bytes) {
  if (socket.session == nullptr) return;
  std::string all = std::exchange(socket.withheld, {}) + std::move(bytes);
  if (all.empty()) return;
  if (!socket.session->wants_input()) {
    socket.withheld = std::move(all);
    if (socket.withheld.size() > 20'000) die(socket);
    return;
  }
  socket.session->receive(all, clock_);
  if (const auto question = socket.session->take_login_question())
    socket.session->answer_login(input_.byte() % 16 == 15 ? std::nullopt : std::optional(socket.permissions),
                                 clock_);
}

void FuzzedListener::send(Socket& socket, std::uint16_t channel, const ClientMethod& method) {
  std::string bytes;
  append_method_frame(channel, method, bytes);
  const std::uint8_t how = input_.byte();
  if (how == 255) bytes[input_.byte() % bytes.size()] = static_cast<char>(input_.byte());
  if (how == 254) {
    const std::size_t cut = input_.byte() % bytes.size();
    feed(socket, bytes.substr(0, cut));
    socket.withheld += bytes.substr(cut);
    return;
  }
  feed(socket, std::move(bytes));
}

void FuzzedListener::publish(Socket& socket) {
  const std::uint16_t channel = 1 + input_.byte() % 3;
  const std::uint8_t flags = input_.byte();
  const BasicPublish method{.exchange = input_.pick(kExchanges),
                            .routing_key = input_.pick(kKeys),
                            .mandatory = (flags & 1) != 0,
                            .immediate = (flags & 0xfe) == 0xfe};
  std::string bytes;
  append_method_frame(channel, method, bytes);
  append_content_frames(channel, *make_message(drawn_fields(input_)), 4096, bytes);
  if ((flags & 0x3e) == 0x3e) bytes.resize(input_.byte() % (bytes.size() + 1));
  feed(socket, std::move(bytes));
}

void FuzzedListener::send_anything(Socket& socket) {
  std::string bytes;
  if (input_.byte() % 2 == 0) {
    bytes = input_.text(60);
  } else {
    const std::size_t begin =
        begin_frame(static_cast<FrameType>(input_.byte() % 10), input_.byte() % 5, bytes);
    bytes += input_.text(60);
    end_frame(begin, bytes);
  }
  feed(socket, std::move(bytes));
}

void FuzzedListener::write(Socket& socket, std::size_t most) {
  if (socket.session == nullptr) return;
  const std::string_view output = socket.session->output();
  const std::size_t count = std::min(output.size(), most);
  socket.written.append(output.substr(0, count));
  socket.session->written(count, clock_);
}

void FuzzedListener::die(Socket& socket) {
  if (socket.session == nullptr) return;
  socket.session->lose();
  require(socket.session->is_over(), "a session that is lost is over");
  check_written(socket);
  ended_.push_back(std::move(socket.written));
  socket.session.reset();
}

void FuzzedListener::let_time_pass() {
  const std::chrono::milliseconds passed(input_.byte() * (input_.byte() % 8 == 0 ? 1000 : 1));
  clock_ += passed;
  const TimeNs until_ns = now_ns_ + std::chrono::nanoseconds(passed).count();
  while (bus_.next_look_ns() && *bus_.next_look_ns() <= until_ns) {
    now_ns_ = std::max(now_ns_, *bus_.next_look_ns());
    const BusEvent event = bus_.look(now_ns_);
    take_notices(event);
    door_.follow(event, now_ns_);
  }
  now_ns_ = until_ns;
  for (Socket& socket : sockets_)
    if (socket.session != nullptr) socket.session->tick(clock_, !socket.session->is_blocked());
}

// What components do on the same bus.
void FuzzedListener::act_as_component() {
  const ResourceAlias alias(input_.byte() % 3);
  switch (input_.byte() % 6) {
    case 0:
    case 1: {
      MessageFields fields = drawn_fields(input_);
      fields.key = input_.pick(kKeys);
      return serve(PublishCommand{.alias = alias, .message = make_message(std::move(fields))});
    }
    case 2:
      // A stream of an exclusive queue is the only one, or a mistake of the component's.
      if (streams_) return;
      streams_ = true;
      return serve(StreamCommand{.alias = alias, .prefetch = input_.byte() % 3U});
    case 3:
    case 4: {
      if (held_.empty()) return;
      const DeliveryTag tag = held_[input_.byte() % held_.size()];
      std::erase(held_, tag);
      if (input_.byte() % 2 == 0) return serve(AcknowledgeCommand{.tag = tag});
      return serve(RejectCommand{.tag = tag, .requeue = input_.byte() % 2 == 0});
    }
    default:
      streams_ = false;
      held_.clear();
      serve(CloseCommand{});
      held_.clear();
  }
}

// What time and the component have brought was there before the commands.
void FuzzedListener::do_commands() {
  take_replies();
  while (!shared_.commands.empty()) {
    for (const ClientCommand& command : std::exchange(shared_.commands, {})) {
      ledger_.note(command);
      door_.apply(command, now_ns_);
      take_replies();
    }
  }
}

void FuzzedListener::take_replies() {
  for (ClientReply& reply : door_.take_replies()) {
    ledger_.note(reply);
    replies_.push_back(std::move(reply));
  }
}

void FuzzedListener::hand_over_replies() {
  while (!replies_.empty()) {
    ClientReply reply = std::move(replies_.front());
    replies_.pop_front();
    for (Socket& socket : sockets_)
      if (socket.session != nullptr && socket.session->client() == reply.client)
        socket.session->reply(std::move(reply), clock_);
  }
}

void FuzzedListener::step() {
  Socket& socket = sockets_[input_.byte() % kSessions];
  const std::uint16_t channel = 1 + input_.byte() % 3;
  switch (input_.byte() % 24) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
      send(socket, channel, drawn_topology_method(input_));
      break;
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
      send(socket, channel, drawn_basic_method(input_));
      break;
    case 11:
    case 12:
    case 13:
    case 14:
      publish(socket);
      break;
    case 15: {
      const ClientMethod method = drawn_session_method(input_);
      send(socket, id_of(method).class_id == ConnectionClose::kId.class_id ? 0 : channel, method);
      break;
    }
    case 16:
      send_anything(socket);
      break;
    case 17:
    case 18:
      let_time_pass();
      break;
    case 19:
    case 20:
      act_as_component();
      break;
    case 21:
      write(socket, input_.byte() * 16U);
      break;
    case 22:
      if (input_.byte() % 4 == 0) die(socket);
      if (socket.session == nullptr || socket.session->is_over()) connect(socket);
      break;
    default:
      switch (input_.byte() % 6) {
        case 0:
          withholds_replies_ = !withholds_replies_;
          break;
        case 1:
          withholds_commands_ = !withholds_commands_;
          break;
        case 2:
          if (socket.session != nullptr && input_.byte() % 4 == 0) socket.session->shut_down(clock_);
          break;
        case 3:
          feed(socket, {});
          break;
        default:
          if (socket.session != nullptr && socket.session->is_blocked()) socket.session->go_on(clock_);
      }
  }
  if (!withholds_commands_) do_commands();
  if (!withholds_replies_) hand_over_replies();
}

void FuzzedListener::run() {
  for (Socket& socket : sockets_) connect(socket);
  while (!input_.empty()) step();
  do_commands();
  hand_over_replies();
  for (Socket& socket : sockets_) write(socket, SIZE_MAX);
  for (Socket& socket : sockets_) die(socket);
  do_commands();
  check_nothing_left();
}

void FuzzedListener::check_nothing_left() {
  ledger_.check_all_ended();
  require(door_.clients() == 0, "the door has forgotten clients that have gone");
  serve(CloseCommand{});
  const Broker& broker = bus_.broker();
  for (ResourceIndex resource; resource != broker.next_resource(); ++resource) {
    const Broker::QueueState state = broker.queue_state(resource);
    require(state.unacknowledged == 0, "nothing is held by clients that have gone");
    require(state.streams == 0, "nothing streams to clients that have gone");
  }
}

// What was written must be frames, after the answer to a wrong protocol header if there was one.
void FuzzedListener::check_written(const Socket& socket) const {
  std::string_view bytes = socket.written;
  if (bytes.starts_with("AMQP")) bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 8));
  FrameReader reader(bytes, 0);
  while (const auto frame = reader.next()) {
    if (frame->type == 1) decode_server_method(frame->payload);
  }
}

std::string FuzzedListener::written() const {
  std::string all = std::to_string(told_);
  for (const std::string& one : ended_) all += std::to_string(one.size()) + ":" + one;
  return all;
}

std::string written_by(const std::uint8_t* data, std::size_t size) {
  FuzzedListener listener(FuzzInput(data, size));
  listener.run();
  return listener.written();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string written = written_by(data, size);
  const bool is_done_twice = size % 4 == 0;  // the others take half the time
  require(!is_done_twice || written_by(data, size) == written, "the same program gives the same replies");
  return 0;
}
