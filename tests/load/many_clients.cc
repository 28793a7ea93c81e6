// Many connections, each of which publishes ten messages of 784 bytes a second to a queue of its own and
// consumes them; and how much memory the process of the broker has for each:
//
//   many_clients HOST PORT USER PASSWORD CONNECTIONS SECONDS PID
#include <poll.h>

#include <fstream>
#include <vector>

#include "load/amqp_client.h"

namespace {

constexpr double kMessagesASecond = 10;

// Kibibytes that are in memory.
long resident(const std::string& pid) {
  std::ifstream file("/proc/" + pid + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
  }
  return 0;
}

std::string queue_of(std::size_t client) { return "many-" + std::to_string(client); }

// How many messages have come to these clients.
long take_all(const std::vector<AmqpClient>& clients, std::vector<pollfd>& sockets) {
  constexpr int kWaitMs = 2;
  const timeval at_once{0, 0};
  long got = 0;
  poll(sockets.data(), sockets.size(), kWaitMs);
  for (std::size_t at = 0; at < clients.size(); ++at) {
    if (sockets[at].revents == 0) continue;
    amqp_envelope_t envelope;
    for (; clients[at].take(envelope, &at_once); ++got) amqp_destroy_envelope(&envelope);
  }
  return got;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 8) AmqpClient::fail("start: it needs HOST PORT USER PASSWORD CONNECTIONS SECONDS PID");
  const AmqpClient::Address address{argv[1], std::atoi(argv[2]), argv[3], argv[4]};
  const auto count = static_cast<std::size_t>(std::atol(argv[5]));
  const double seconds = std::atof(argv[6]);
  const std::string pid = argv[7];
  const long before = resident(pid);
  const auto each = [&] { return static_cast<double>(resident(pid) - before) / static_cast<double>(count); };
  std::vector<AmqpClient> clients;
  std::vector<pollfd> sockets;
  for (std::size_t at = 0; at < count; ++at) {
    const AmqpClient& client = clients.emplace_back(address);
    client.declare(queue_of(at), true);
    amqp_basic_consume(client.get(), 1, amqp_cstring_bytes(queue_of(at).c_str()), amqp_empty_bytes, 0, 1, 0,
                       amqp_empty_table);
    sockets.push_back({amqp_get_sockfd(client.get()), POLLIN, 0});
  }
  std::printf("%zu connected, %.1f KiB each\n", count, each());
  const double start = seconds_now();
  std::size_t sent = 0;
  long got = 0;
  while (seconds_now() - start < seconds) {
    const double due = (seconds_now() - start) * kMessagesASecond * static_cast<double>(count);
    for (; static_cast<double>(sent) < due; ++sent)
      clients[sent % count].publish(queue_of(sent % count), kLoadBody);
    got += take_all(clients, sockets);
  }
  const double kib = each();
  for (const double end = seconds_now() + 5; got < static_cast<long>(sent) && seconds_now() < end;)
    got += take_all(clients, sockets);
  // Who is dropped fails to publish.
  std::printf("sent %zu, got %ld, %.1f KiB each\n", sent, got, kib);
  return got == static_cast<long>(sent) ? 0 : 1;
}
