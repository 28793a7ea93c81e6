// Feeds one connection's session what libFuzzer invents: the input is a program of steps, each a method,
// content, raw bytes, a reply, or time, so that it gets past the login and into every state. Whatever comes,
// the session answers or ends; a client that was opened ends once; and what it writes is frames. Built with
// clang and -fsanitize=fuzzer,address,undefined; see the target session_fuzz.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "listener/client_session.h"
#include "wire/frames.h"

namespace {

using namespace dse;
using namespace dse::wire;

// Takes what decides off the input; 0 when there is nothing left.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint16_t word() { return static_cast<std::uint16_t>(byte() << 8 | byte()); }
  std::string_view text(std::size_t most) {
    const std::string_view taken = rest_.substr(0, std::min<std::size_t>(byte() % (most + 1), rest_.size()));
    rest_.remove_prefix(std::min(taken.size(), rest_.size()));
    return taken;
  }

 private:
  std::string_view rest_;
};

struct Fuzzed {
  explicit Fuzzed(Input& bytes)
      : input(bytes),
        shared({.limits = {.channel_max = 4, .body_bytes_max = 600, .alive_bytes_max = 1000},
                .offers_external = true},
               [] {}),
        session(shared, {.certificate_name = "bob"}, now) {}

  void feed(const std::string& bytes) {
    // In two parts, so that frames are cut anywhere.
    const std::size_t cut = bytes.empty() ? 0 : input.byte() % (bytes.size() + 1);
    for (const std::string_view part :
         {std::string_view(bytes).substr(0, cut), std::string_view(bytes).substr(cut)})
      if (!part.empty() && session.wants_input()) session.receive(part, now);
    answer();
  }
  void answer() {
    if (session.take_login_question())
      session.answer_login(input.byte() % 8 == 0 ? std::nullopt : std::optional(Permissions{}), now);
  }
  template <typename Method>
  void send(std::uint16_t channel, const Method& method) {
    std::string bytes;
    append_method_frame(channel, method, bytes);
    feed(bytes);
  }
  void log_in() {
    feed(std::string("AMQP\0\0\x09\x01", 8));
    send(0, ConnectionStartOk{
                .client_properties = {{"capabilities", HeaderTable({{"connection.blocked", true}})}},
                .mechanism = input.byte() % 2 == 0 ? "PLAIN" : "EXTERNAL",
                .response = std::string("\0a\0b", 4)});
    send(0, ConnectionTuneOk{4, 4096, 60});
    send(0, ConnectionOpen{.virtual_host = "/"});
  }

  void step();
  void send_frame();
  void send_method();
  void send_content();
  void send_reply();
  void write();
  void take_commands();

  Input& input;
  SessionTime now = std::chrono::seconds(1);
  SharedSessions shared;
  ClientSession session;
  std::vector<MessagePtr> alive;
  std::string written;
  int opened = 0;
  int ended = 0;
};

void Fuzzed::send_frame() {
  std::string bytes;
  const auto type = static_cast<FrameType>(input.byte() % 10);
  const std::size_t begin = begin_frame(type, input.byte() % 6, bytes);
  bytes += input.text(200);
  end_frame(begin, bytes);
  if (input.byte() % 16 == 0) bytes[input.byte() % bytes.size()] = static_cast<char>(input.byte());
  feed(bytes);
}

void Fuzzed::send_method() {
  const std::uint16_t channel = input.byte() % 6;
  switch (input.byte() % 10) {
    case 0:
      return send(channel, ChannelOpen{});
    case 1:
      return send(channel, ChannelClose{});
    case 2:
      return send(channel, ChannelCloseOk{});
    case 3:
      return send(channel, QueueDeclare{.queue = std::string(input.text(20))});
    case 4:
      return send(0, ConnectionClose{});
    case 5:
      return send(0, ConnectionCloseOk{});
    case 6:
      return send(channel, BasicPublish{});
    case 7:
      return send(channel, ConnectionTuneOk{input.word(), input.word(), input.word()});
    case 8:
      return send(channel, ConnectionOpen{.virtual_host = "/"});
    default:
      return send(channel, BasicAck{.delivery_tag = input.byte()});
  }
}

void Fuzzed::send_content() {
  const std::uint16_t channel = 1 + input.byte() % 4;
  const std::string body(input.byte() * 3, 'b');
  std::string bytes;
  append_method_frame(channel, BasicPublish{.exchange = std::string(input.text(10))}, bytes);
  append_content_frames(channel, *make_message({.payload = Payload::copy_of(body)}), 64 + input.byte(),
                        bytes);
  if (input.byte() % 4 == 0) bytes.resize(input.word() % (bytes.size() + 1));
  feed(bytes);
}

void Fuzzed::send_reply() {
  if (!session.client()) return;
  ClientReply reply{.client = *session.client(), .channel = static_cast<std::uint16_t>(1 + input.byte() % 4)};
  switch (input.byte() % 8) {
    case 0:
      reply.what = ServerMethod(ConnectionCloseOk{});
      reply.channel = 0;
      break;
    case 1:
      reply.what =
          ServerMethod(ConnectionClose{.reply_code = 320, .reply_text = std::string(input.text(250))});
      reply.channel = 0;
      break;
    case 2:
    case 3:
      reply.what = ServerMethod(BasicAck{.delivery_tag = input.byte(), .multiple = input.byte() % 4 == 0});
      break;
    case 4:
      reply.what = ServerMethod(BasicNack{.delivery_tag = input.byte()});
      break;
    case 5:
      reply.what = ServerMethod(ChannelOpenOk{});
      break;
    case 6:
      reply.what = ClientMark{input.byte()};
      break;
    default:
      reply.what = ServerMethod(BasicDeliver{.delivery_tag = input.byte()});
      reply.content = alive.empty() ? make_message({.payload = Payload::copy_of("b")}) : alive.back();
  }
  session.reply(std::move(reply), now);
}

void Fuzzed::write() {
  const std::string_view output = session.output();
  const std::size_t count = std::min<std::size_t>(output.size(), input.byte() * 64);
  written.append(output.substr(0, count));
  session.written(count, now);
}

void Fuzzed::take_commands() {
  for (ClientCommand& command : std::exchange(shared.commands, {})) {
    if (std::holds_alternative<ClientOpened>(command.action)) ++opened;
    const auto* failed = std::get_if<ClientFailed>(&command.action);
    const auto* method = std::get_if<ClientMethod>(&command.action);
    if (std::holds_alternative<ClientGone>(command.action) || (failed != nullptr && command.channel == 0) ||
        (method != nullptr && std::holds_alternative<ConnectionClose>(*method)))
      ++ended;
    if (auto* publication = std::get_if<ClientPublication>(&command.action))
      alive.push_back(publication->message);
  }
  if (opened > 1 || ended > opened) std::abort();
}

void Fuzzed::step() {
  switch (input.byte() % 9) {
    case 0:
    case 1:
      send_method();
      break;
    case 2:
      send_content();
      break;
    case 3:
      send_frame();
      break;
    case 4:
      send_reply();
      break;
    case 5:
      write();
      break;
    case 6:
      now += std::chrono::milliseconds(input.word());
      session.tick(now, input.byte() % 4 != 0);
      break;
    case 7:
      alive.clear();
      if (session.is_blocked()) session.go_on(now);
      answer();
      break;
    default:
      if (input.byte() % 8 == 0) session.shut_down(now);
      feed(std::string(input.text(100)));
  }
  take_commands();
}

// What was written must be frames, after the answer to a wrong protocol header if there was one.
void check_written(std::string_view bytes) {
  if (bytes.starts_with("AMQP")) bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 8));
  FrameReader reader(bytes, 0);
  while (const auto frame = reader.next()) {
    if (frame->type == 1) decode_server_method(frame->payload);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({reinterpret_cast<const char*>(data), size});
  Fuzzed fuzzed(input);
  if (input.byte() % 4 != 0) fuzzed.log_in();
  while (!input.empty() && !fuzzed.session.is_over()) fuzzed.step();
  fuzzed.session.lose();
  fuzzed.take_commands();
  check_written(fuzzed.written);
  return 0;
}
