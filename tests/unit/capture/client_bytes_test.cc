// What clients of a listener did, as bytes of a capture and as lines.
#include "sim/capture/client_bytes.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <random>

#include "core/version.h"
#include "sim/capture/capture_lines.h"
#include "sim/capture/capture_writer.h"
#include "sim/capture/client_text.h"
#include "support/catch.h"
#include "support/error_text.h"
#include "support/temporary_folder.h"
#include "wire/content_header.h"

using namespace dse;
using namespace dse::wire;

namespace {

using Random = std::mt19937_64;

std::string some_text(Random& random) {
  std::string text(random() % 20, ' ');
  for (char& letter : text) letter = static_cast<char>(random() % 256);
  return text;
}

// As a client's content comes off the wire.
MessagePtr published(const BasicPublish& method, MessageFields fields) {
  std::string header;
  const Payload payload = fields.payload;
  write_content_header(*make_message(std::move(fields)), header);
  MessageFields read = read_content_header(header).fields;
  read.key = method.routing_key;
  read.payload = payload;
  return make_message(std::move(read));
}

ClientAction random_action(Random& random) {
  const bool flag = random() % 2 == 0;
  const Headers table = {{"n", static_cast<std::int64_t>(random())}, {"t", some_text(random)}};
  switch (random() % 9) {
    case 0:
      return ClientOpened{.user = some_text(random),
                          .virtual_host = "/",
                          .name = some_text(random),
                          .permissions = {.configure = "^a", .write = ".*", .topics = {{"x", "^w", "^r"}}},
                          .channel_max = static_cast<std::uint16_t>(random()),
                          .hears_cancellation = flag};
    case 1:
      return ClientGone();
    case 2:
      return ClientFailed{
          .code = static_cast<std::uint16_t>(random()), .text = some_text(random), .cause = BasicGet::kId};
    case 3:
      return ClientWritten{.mark = random()};
    case 4:
      return ClientMethod(QueueDeclare{.queue = some_text(random), .durable = flag, .arguments = table});
    case 5:
      return ClientMethod(BasicConsume{.queue = some_text(random), .no_ack = flag, .arguments = table});
    case 6:
      return ClientMethod(BasicNack{.delivery_tag = random(), .multiple = flag});
    case 7:
      return ClientMethod(ChannelOpen{});
    default: {
      const BasicPublish method{.exchange = some_text(random), .routing_key = some_text(random)};
      return ClientPublication{
          .method = method,
          .message = published(method, {.payload = Payload::copy_of(some_text(random)), .headers = table})};
    }
  }
}

ClientCommand random_command(Random& random) {
  return {.client = ClientIndex(static_cast<std::uint32_t>(random())),
          .channel = static_cast<std::uint16_t>(random()),
          .action = random_action(random)};
}

std::string bytes_of(const ClientCommand& command) {
  std::string bytes;
  append_client_command(command, bytes);
  return bytes;
}

std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("what a client did comes back from its bytes, and from nothing less or more") {
  Random random(1);
  for (int times = 0; times < 500; ++times) {
    const ClientCommand command = random_command(random);
    const std::string bytes = bytes_of(command);
    CAPTURE(times, name_of(command.action));
    const std::optional<ClientCommand> again = decode_client_command(bytes);
    REQUIRE(again.has_value());
    CHECK(again->client == command.client);
    CHECK(again->channel == command.channel);
    CHECK(again->action.index() == command.action.index());
    CHECK(bytes_of(*again) == bytes);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
      REQUIRE_FALSE(decode_client_command(bytes.substr(0, cut)).has_value());
    CHECK_FALSE(decode_client_command(bytes + '\0').has_value());
  }
}

TEST_CASE("bytes that are another command are read as that one, and others as none") {
  Random random(2);
  for (int times = 0; times < 300; ++times) {
    std::string bytes = bytes_of(random_command(random));
    for (int changes = 0; changes < 20; ++changes) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
      const std::optional<ClientCommand> read = decode_client_command(bytes);
      if (read) CHECK(bytes_of(*read) == bytes);
    }
  }
}

TEST_CASE("permissions that are no patterns are no client's") {
  ClientCommand command{.client = ClientIndex(1), .action = ClientOpened{.permissions = {.write = "("}}};
  CHECK_FALSE(decode_client_command(bytes_of(command)).has_value());
}

TEST_CASE("a capture with clients is said as lines, and made of them again, to the byte") {
  const TemporaryFolder folder;
  const std::string path = folder.file("capture");
  const std::string lines = folder.file("lines");
  const std::string made = folder.file("made");
  Random random(3);
  {
    CaptureWriter writer(
        path, {.format = kClientsFormat, .scenario = "a.toml", .version = version(), .imports = {"door"}});
    for (TimeNs time_ns = 1; time_ns <= 200; ++time_ns) {
      if (random() % 4 == 0) {
        writer.add("door", time_ns, *make_message({.id = "m"}));
      } else {
        writer.add(random_command(random), time_ns);
      }
    }
    writer.end(300);
  }
  {
    CaptureReader reader(path);
    std::ofstream file(lines, std::ios::binary);
    say_capture(reader, {}, [&file](std::string_view line) { file << line << '\n'; });
  }
  CHECK(make_capture(lines, std::nullopt, made).messages == 200);
  CHECK(file_bytes(made) == file_bytes(path));
  const CaptureSurvey survey = survey_capture(path);
  CHECK(survey.commands + survey.messages_by_import.at(0) == 200);
  CHECK(survey.commands > 100);
}

TEST_CASE("lines of clients that do not hold are refused with their place") {
  const TemporaryFolder folder;
  const auto error = [&folder](const std::string& line) {
    const std::string path = folder.file("lines");
    std::ofstream(path, std::ios::binary) << line;
    const std::string text = input_error([&] { make_capture(path, std::nullopt, folder.file("made")); });
    return text.empty() ? text : text.substr(path.size() + 1);
  };
  const auto line = [](const std::string& members) { return "{\"time\":1," + members + "}"; };
  CHECK(error(line(R"("client":1,"channel":0,"what":"gone","command":"Ag==")")).empty());
  CHECK(error(line(R"("client":1,"channel":0,"what":"connected","command":"Ag==")")) ==
        "1: says that a client did \"connected\", and its command is gone");
  CHECK(error(line(R"("client":1,"channel":0,"command":"AAA=")")) ==
        "1: has a command that no client gives: take it from `dse capture cat --json`");
  CHECK(error(line(R"("channel":0,"command":"Ag==")"))
            .starts_with("1: says a client's command, and no `client`"));
  CHECK(error(line(R"("client":1,"channel":70000,"command":"Ag==")")) ==
        "1: the channel is 70000: expected a whole number from 0 to 65535");
  CHECK(error(line(R"("client":1,"channel":0,"command":"?")")) ==
        "1: the command is no base64, with padding");
  const std::string run =
      R"({"capture":{"format":3,"scenario":"a","scenario_hash":"0","seed":"0","ordering":"0","version":"1",)"
      R"("imports":[],"data":[]}})"
      "\n";
  CHECK(error(run + line(R"("client":1,"channel":0,"command":"Ag==")")) ==
        "2: is a client's command, which a capture of format 3 has not: its format is 4");
}

TEST_CASE("what a client did is said in a line") {
  CHECK(text_of(ClientMethod(QueueDeclare{.queue = "jobs", .durable = true})) ==
        "queue.declare jobs durable");
  CHECK(text_of(ClientMethod(QueueBind{.queue = "q", .exchange = "x", .routing_key = "a.*"})) ==
        "queue.bind q from x key=a.*");
  CHECK(text_of(ClientPublication{.method = {.exchange = "", .mandatory = true}}) ==
        "basic.publish to '' mandatory");
  CHECK(text_of(ClientOpened{.user = "guest", .virtual_host = "/", .name = "a -> b"}) ==
        "connected as guest to / from \"a -> b\"");
  CHECK(text_of(ClientGone()) == "gone");
  CHECK(text_of(ClientWritten{.mark = 3}) == "written mark 3");
  CHECK(text_of(ClientMethod(BasicAck{.delivery_tag = 7, .multiple = true})) == "basic.ack 7 multiple");
  CHECK(text_of(ClientMethod(BasicConsume{.queue = "q\n", .arguments = {{"x-priority", std::int64_t{5}}}})) ==
        "basic.consume q\\x0a tag='' { x-priority = 5 }");
}
