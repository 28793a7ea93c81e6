// How fast a gateway publishes with confirms, beside pika, which publishes without: the same messages of 784
// bytes, to a queue that keeps a thousand of them and lies in memory, or (the gateway alone) on disk. The
// broker is that of DSE_AMQP_URL; without one they are skipped.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "amqp/broker_address.h"
#include "amqp/gateway.h"

namespace dse {
namespace {

constexpr int kMessages = 60'000;
constexpr std::size_t kPayloadBytes = 784;
constexpr std::int64_t kKept = 1'000;

MessagePtr message_of(int number) {
  MessageFields fields{.payload = Payload::copy_of(std::string(kPayloadBytes, char{0})),
                       .key = "7",
                       .id = fmt::format("bench-{}", number),
                       .app_id = "bench",
                       .content_type = "application/octet-stream"};
  fields.headers.set("label", std::int64_t{7});
  return make_message(std::move(fields));
}

// From the first message to the last one's confirm.
double seconds_to_publish(Gateway& gateway, std::vector<MessagePtr> messages) {
  const auto start = std::chrono::steady_clock::now();
  const auto turn = [&] { gateway.bell().wait_until(Bell::Clock::now() + std::chrono::seconds(1)); };
  for (MessagePtr& message : messages) {
    while (gateway.full()) turn();
    gateway.write(0, std::move(message));
  }
  while (gateway.unconfirmed() > 0) turn();
  gateway.check();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void publish_gateway_confirmed(benchmark::State& state, bool durable) {
  const char* url = std::getenv("DSE_AMQP_URL");
  if (url == nullptr) return state.SkipWithError("set DSE_AMQP_URL to a broker's URL");
  const ConnectionOptions options{.address = parse_broker_url(url, "DSE_AMQP_URL")};
  const std::string name = fmt::format("dse-bench-{}", getpid());
  Connection connection(options);
  const ChannelNumber channel = connection.open_channel();
  connection.declare_exchange(channel, name, {.type = "topic"});
  connection.declare_queue(
      channel, name, {.durable = durable, .exclusive = !durable, .arguments = {{"x-max-length", kKept}}});
  connection.bind_queue(channel, {.source = name, .destination = name, .key = "#"});
  {
    Gateway gateway({.connection = options, .run = "bench", .exports = {{.exchange = name}}});
    for (auto _ : state) {
      std::vector<MessagePtr> messages;
      for (int number = 0; number < kMessages; ++number) messages.push_back(message_of(number));
      state.SetIterationTime(seconds_to_publish(gateway, std::move(messages)));
    }
    if (gateway.counts().unroutable > 0) state.SkipWithError("the broker had no queue for some messages");
  }
  connection.delete_queue(channel, name, {});
  connection.delete_exchange(channel, name, {});
  state.SetItemsProcessed(state.iterations() * kMessages);
}

// What the program says: messages per second.
void publish_pika_unconfirmed(benchmark::State& state) {
  if (std::getenv("DSE_AMQP_URL") == nullptr)
    return state.SkipWithError("set DSE_AMQP_URL to a broker's URL");
  const std::string command =
      fmt::format("'{}' '{}' --count {} --size {} --keep {}", DSE_PYTHON,
                  DSE_SOURCE_DIR "/tests/bench/pika_publish.py", kMessages, kPayloadBytes, kKept);
  for (auto _ : state) {
    FILE* output = popen(command.c_str(), "r");
    double rate = 0;
    const bool said = output != nullptr && std::fscanf(output, "%lf", &rate) == 1;
    if (output == nullptr || pclose(output) != 0 || !said)
      return state.SkipWithError("pika_publish.py failed (python3-pika is needed)");
    state.SetIterationTime(kMessages / rate);
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
}

BENCHMARK_CAPTURE(publish_gateway_confirmed, in_memory, false)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(publish_gateway_confirmed, on_disk, true)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(publish_pika_unconfirmed)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dse
