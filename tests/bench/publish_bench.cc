// How fast a gateway publishes with confirms, compared with pika, which publishes without confirms,
// and with a bare connection without confirms, which shows the most that the broker takes. All
// publish the same messages of 784 bytes: to an exchange without a queue, to a queue in the
// broker's memory, and to one on its disk; each queue keeps the latest thousand. The broker is that
// of DSE_AMQP_URL; without this variable the benchmarks are skipped.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "amqp/broker_address.h"
#include "amqp/gateway.h"

namespace dse {
namespace {

constexpr int kMessages = 60'000;
constexpr std::size_t kPayloadBytes = 784;
constexpr std::int64_t kKept = 1'000;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

ConnectionOptions broker() {
  return {.address = parse_broker_url(std::getenv("DSE_AMQP_URL"), "DSE_AMQP_URL")};
}

std::vector<MessagePtr> messages() {
  std::vector<MessagePtr> result;
  for (int number = 0; number < kMessages; ++number) {
    MessageFields fields{.payload = Payload::copy_of(std::string(kPayloadBytes, char{0})),
                         .key = "7",
                         .id = fmt::format("bench-{}", number),
                         .app_id = "bench",
                         .content_type = "application/octet-stream"};
    fields.headers.set("label", std::int64_t{7});
    result.push_back(make_message(std::move(fields)));
  }
  return result;
}

// An exchange and, unless `kind` is "exchange", a queue bound to it; both exist on the broker as
// long as this object.
class Destination {
 public:
  explicit Destination(std::string_view kind) : connection_(broker()), channel_(connection_.open_channel()) {
    connection_.declare_exchange(channel_, name_, {.type = "topic"});
    if (kind == "exchange") return;
    const bool durable = kind == "disk";
    connection_.declare_queue(
        channel_, name_, {.durable = durable, .exclusive = !durable, .arguments = {{"x-max-length", kKept}}});
    connection_.bind_queue(channel_, {.source = name_, .destination = name_, .key = "#"});
  }
  ~Destination() {
    try {
      connection_.delete_queue(channel_, name_, {});
      connection_.delete_exchange(channel_, name_, {});
    } catch (const BrokerError& error) {
      fmt::print(stderr, "'{}' is still on the broker: {}\n", name_, error.what());
    }
  }
  Destination(const Destination&) = delete;
  Destination& operator=(const Destination&) = delete;

  const std::string& exchange() const { return name_; }

 private:
  std::string name_ = fmt::format("dse-bench-{}", getpid());
  Connection connection_;
  ChannelNumber channel_;
};

// Measures from the first message to the confirm of the last.
double seconds_to_publish(Gateway& gateway, std::vector<MessagePtr> messages) {
  const auto start = Clock::now();
  const auto turn = [&] {
    gateway.notifier().wait_until(Clock::now() + std::chrono::seconds(1));
    gateway.check();
  };
  for (MessagePtr& message : messages) {
    while (gateway.unconfirmed() >= Publisher::kUnconfirmedMax) turn();
    gateway.write(0, std::move(message));
  }
  while (gateway.unconfirmed() > 0) turn();
  return seconds_since(start);
}

double gateway_confirmed(std::string_view kind) {
  const Destination destination(kind);
  Gateway gateway(
      {.connection = broker(), .run = "bench", .exports = {{.exchange = destination.exchange()}}});
  const double seconds = seconds_to_publish(gateway, messages());
  if (kind != "exchange" && gateway.counts().unroutable > 0)
    throw std::runtime_error("the broker had no queue for some messages");
  return seconds;
}

// Measures from the first message to the answer to a request sent after the last.
double connection_unconfirmed(std::string_view kind) {
  const Destination destination(kind);
  Connection connection(broker());
  const ChannelNumber channel = connection.open_channel();
  const std::vector<MessagePtr> prepared = messages();
  const auto start = Clock::now();
  for (const MessagePtr& message : prepared) {
    connection.publish(channel,
                       {.exchange = destination.exchange(), .message = message->fields(), .run = "bench"});
  }
  connection.declare_exchange(channel, destination.exchange(), {.passive = true});
  return seconds_since(start);
}

// Uses the messages per second that the program prints.
double pika_unconfirmed(std::string_view kind) {
  const std::string command =
      fmt::format("'{}' '{}' --to {} --count {} --size {} --keep {}", DSE_PYTHON,
                  DSE_SOURCE_DIR "/tests/bench/pika_publish.py", kind, kMessages, kPayloadBytes, kKept);
  FILE* output = popen(command.c_str(), "r");
  double rate = 0;
  const bool said = output != nullptr && std::fscanf(output, "%lf", &rate) == 1;
  if (output == nullptr || pclose(output) != 0 || !said)
    throw std::runtime_error("pika_publish.py failed (python3-pika is needed)");
  return kMessages / rate;
}

void publish(benchmark::State& state, double (*seconds_with)(std::string_view), std::string_view kind) {
  if (std::getenv("DSE_AMQP_URL") == nullptr)
    return state.SkipWithError("set DSE_AMQP_URL to a broker's URL");
  try {
    for (auto _ : state) state.SetIterationTime(seconds_with(kind));
  } catch (const std::exception& error) {
    return state.SkipWithError(error.what());
  }
  state.SetItemsProcessed(state.iterations() * kMessages);
}

const bool registered = [] {
  struct Way {
    const char* name;
    double (*seconds)(std::string_view kind);
  };
  for (const std::string kind : {"exchange", "memory", "disk"}) {
    for (const auto& [name, seconds] :
         {Way{"gateway_confirmed", gateway_confirmed}, Way{"connection_unconfirmed", connection_unconfirmed},
          Way{"pika_unconfirmed", pika_unconfirmed}}) {
      benchmark::RegisterBenchmark(fmt::format("publish_to_{}/{}", kind, name).c_str(), publish, seconds,
                                   kind)
          ->UseManualTime()
          ->Iterations(1)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
}  // namespace dse
