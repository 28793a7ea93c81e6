// One publisher with confirms and one consumer with acknowledgements, each in a process, and how many
// messages of 784 bytes pass a second. To be run on dse and on RabbitMQ in turn, on the same machine:
//
//   amqp_rate HOST PORT USER PASSWORD MESSAGES
#include <sys/wait.h>
#include <unistd.h>

#include "load/amqp_client.h"

namespace {

constexpr const char* kQueue = "rate";

void publish_all(const AmqpClient& client, long messages) {
  constexpr long kUnconfirmedMax = 500;
  amqp_confirm_select(client.get(), 1);
  const double start = seconds_now();
  long sent = 0;
  for (long confirmed = 0; confirmed < messages;) {
    for (; sent < messages && sent - confirmed < kUnconfirmedMax; ++sent) client.publish(kQueue, kLoadBody);
    amqp_frame_t frame;
    amqp_maybe_release_buffers(client.get());
    if (amqp_simple_wait_frame(client.get(), &frame) != AMQP_STATUS_OK ||
        frame.frame_type != AMQP_FRAME_METHOD || frame.payload.method.id != AMQP_BASIC_ACK_METHOD)
      AmqpClient::fail("get a confirm");
    const auto& confirm = *static_cast<amqp_basic_ack_t*>(frame.payload.method.decoded);
    confirmed = confirm.multiple != 0 ? static_cast<long>(confirm.delivery_tag) : confirmed + 1;
  }
  std::printf("published %.0f/s\n", static_cast<double>(messages) / (seconds_now() - start));
}

void consume_all(const AmqpClient& client, long messages) {
  constexpr long kAcknowledgeEvery = 50;
  amqp_basic_qos(client.get(), 1, 0, 500, 0);
  amqp_basic_consume(client.get(), 1, amqp_cstring_bytes(kQueue), amqp_empty_bytes, 0, 0, 0,
                     amqp_empty_table);
  double start = 0;
  for (long got = 1; got <= messages; ++got) {
    amqp_envelope_t envelope;
    client.take(envelope, nullptr);
    if (got == 1) start = seconds_now();
    if (got % kAcknowledgeEvery == 0 || got == messages)
      amqp_basic_ack(client.get(), 1, envelope.delivery_tag, 1);
    amqp_destroy_envelope(&envelope);
  }
  std::printf("consumed %.0f/s\n", static_cast<double>(messages) / (seconds_now() - start));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) AmqpClient::fail("start: it needs HOST PORT USER PASSWORD MESSAGES");
  const AmqpClient::Address address{argv[1], std::atoi(argv[2]), argv[3], argv[4]};
  const long messages = std::atol(argv[5]);
  AmqpClient(address).declare(kQueue, false);
  const pid_t consumer = fork();
  const AmqpClient client(address);
  if (consumer == 0) {
    consume_all(client, messages);
    return 0;
  }
  publish_all(client, messages);
  int status = 0;
  waitpid(consumer, &status, 0);
  return status == 0 ? 0 : 1;
}
