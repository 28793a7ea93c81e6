// How much a client is sent before it has written what it was sent.
#include "support/catch.h"
#include "unit/door/door_driver.h"

using namespace dse;
using namespace dse::wire;

namespace {

constexpr std::int64_t kBodyBytes = 100'000;

struct SentToReader {
  DoorDriver driver;
  ClientIndex writer = driver.connect();
  ClientIndex reader = driver.connect();
  std::int64_t bytes = 0;
  std::uint64_t marks = 0;

  SentToReader() { driver.call<QueueDeclareOk>(writer, QueueDeclare{.queue = "q"}); }
  void publish(int count) {
    const std::string body(kBodyBytes, 'b');
    for (int left = count; left > 0; --left) driver.publish(writer, {.key = "q", .body = body});
    note(driver.take_others());
  }
  void note(const std::vector<ClientReply>& replies) {
    for (const std::string& body : bodies_in(reader, replies))
      bytes += static_cast<std::int64_t>(body.size());
    for (const auto& [client, mark] : driver.take_marks()) {
      CHECK(client == reader);
      CHECK(mark == ++marks);
    }
  }
  void write_all() { note(driver.send(reader, ClientWritten{.mark = marks}, 0)); }
};

}  // namespace

TEST_CASE("a client that writes nothing is sent a window, and goes on when it has written") {
  SentToReader sent;
  sent.driver.call<BasicConsumeOk>(sent.reader, BasicConsume{.queue = "q", .no_ack = true});
  sent.publish(100);
  CHECK(sent.bytes > Door::kWindowBytes - kBodyBytes);
  CHECK(sent.bytes <= Door::kWindowBytes + kBodyBytes);
  CHECK(sent.marks == 3);
  const std::int64_t before = sent.bytes;
  sent.write_all();
  CHECK(sent.bytes > before + 3 * Door::kMarkEveryBytes - kBodyBytes);
  CHECK(sent.bytes <= before + 4 * Door::kMarkEveryBytes);
  for (int times = 0; times < 10; ++times) sent.write_all();
  CHECK(sent.bytes == 100 * kBodyBytes);
}

TEST_CASE("a mark that was written twice, or never sent, lets nothing more pass") {
  SentToReader sent;
  sent.driver.call<BasicConsumeOk>(sent.reader, BasicConsume{.queue = "q", .no_ack = true});
  sent.publish(100);
  const std::int64_t before = sent.bytes;
  sent.driver.send(sent.reader, ClientWritten{.mark = 0}, 0);
  sent.note(sent.driver.send(sent.reader, ClientWritten{.mark = 1}, 0));
  const std::int64_t after_one = sent.bytes;
  CHECK(after_one > before);
  sent.note(sent.driver.send(sent.reader, ClientWritten{.mark = 1}, 0));
  CHECK(sent.bytes == after_one);
}

TEST_CASE("what a client takes by basic.get does not widen its window") {
  SentToReader sent;
  sent.publish(200);
  for (int left = 100; left > 0; --left)
    sent.note(sent.driver.send(sent.reader, ClientMethod(BasicGet{.queue = "q", .no_ack = true})));
  CHECK(sent.bytes == 100 * kBodyBytes);
  sent.write_all();
  sent.bytes = 0;
  sent.note(sent.driver.send(sent.reader, ClientMethod(BasicConsume{.queue = "q", .no_ack = true})));
  CHECK(sent.bytes > Door::kWindowBytes / 2);
  CHECK(sent.bytes <= Door::kWindowBytes + kBodyBytes);
}

TEST_CASE("direct answers count in the window of the client that asked") {
  SentToReader sent;
  sent.driver.call<BasicConsumeOk>(sent.reader,
                                   BasicConsume{.queue = "amq.rabbitmq.reply-to", .no_ack = true});
  sent.driver.publish(sent.reader,
                      {.key = "q", .fields = {.more = MoreProperties{.reply_to = "amq.rabbitmq.reply-to"}}});
  const auto asked = sent.driver.send(sent.writer, ClientMethod(BasicGet{.queue = "q", .no_ack = true}));
  const std::string address = asked.at(0).content->fields().more->reply_to;
  const std::string body(kBodyBytes, 'b');
  for (int left = 100; left > 0; --left) sent.driver.publish(sent.writer, {.key = address, .body = body});
  sent.note(sent.driver.take_others());
  CHECK(sent.bytes == 100 * kBodyBytes);  // nothing keeps them
  sent.write_all();
  sent.bytes = 0;
  sent.driver.call<BasicConsumeOk>(sent.reader, BasicConsume{.queue = "q", .no_ack = true});
  sent.publish(100);
  CHECK(sent.bytes <= Door::kWindowBytes + kBodyBytes);
}

TEST_CASE("a client that settles nothing holds no more than its bound") {
  SentToReader sent;
  sent.driver.call<BasicConsumeOk>(sent.reader, BasicConsume{.queue = "q"});
  const std::int64_t most = Door::kHeldBytesMax / kBodyBytes;
  sent.publish(static_cast<int>(most) + 100);
  for (int left = 1000; left > 0; --left) sent.write_all();
  CHECK(sent.bytes == (most + 1) * kBodyBytes);
  sent.note(sent.driver.send(sent.reader, ClientMethod(BasicAck{.delivery_tag = 0, .multiple = true})));
  CHECK(sent.bytes > (most + 1) * kBodyBytes);
}
