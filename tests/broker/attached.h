// Shared by tests of the gateway: a real broker with the test's own names, and dse attached to it.
#pragma once

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "amqp/connection.h"
#include "support/catch.h"
#include "support/process.h"
#include "support/program_fixture.h"
#include "support/rabbitmq.h"

// Waits for a condition of the outside world, at most for a minute; on failure shows what
// `how_it_stands` returns then.
template <typename Condition, typename Text>
void wait_until(Condition condition, Text how_it_stands) {
  const auto longest = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > longest) FAIL("waited in vain; " << how_it_stands());
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}
template <typename Condition>
void wait_until(Condition condition) {
  wait_until(condition, [] { return ""; });
}

inline dse::Connection connect_to(const std::string& url) {
  return dse::Connection({.address = dse::parse_broker_url(url, "test"), .name = "test"});
}

inline Command broker_command(const std::string& url, std::vector<std::string> arguments) {
  Command command = dse_command(std::move(arguments));
  command.environment = {{"DSE_AMQP_URL", url}};
  return command;
}

// Declares a durable topic exchange and a durable queue of the same name that gets all its
// messages; the queue is empty.
inline void declare_resource(dse::Connection& connection, dse::ChannelNumber channel, const std::string& name,
                             const dse::AmqpArguments& queue_arguments = {}) {
  connection.declare_exchange(channel, name, {});
  connection.declare_queue(channel, name, {.arguments = queue_arguments});
  connection.bind_queue(channel, {.source = name, .destination = name, .key = "#"});
  connection.purge_queue(channel, name);
}

// Messages "generator-0" ... of one pixel each go out to `exchange`, 2,000 per second; a watch
// named "inbox" keeps what comes from `queue`.
inline std::string crossing_scenario(const ProgramFixture& fixture, std::size_t messages,
                                     const std::string& exchange, const std::string& queue) {
  const auto header = [messages](int type, const std::string& rest) {
    std::string bytes = {'\0', '\0', '\x08', static_cast<char>(type)};
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(messages >> shift & 0xFF);
    return bytes + rest + std::string(messages, '\1');
  };
  fixture.write("images", header(3, std::string("\0\0\0\1\0\0\0\1", 8)));
  fixture.write("labels", header(1, ""));
  return fixture.write("crossing.toml",
                       "seed = 3\n[component.generator]\nkind = \"training-generator\"\nimages = \"images\"\n"
                       "labels = \"labels\"\nto = \"digits\"\nrate = \"2000/s\"\norder = \"file\"\n"
                       "[component.inbox]\nkind = \"watch\"\nfrom = \"arrived\"\n"
                       "[[gateway.export]]\nfrom = \"digits\"\nexchange = \"" +
                           exchange + "\"\n[[gateway.import]]\nqueue = \"" + queue +
                           "\"\nto = \"arrived\"\nprefetch = 500\n");
}

// The numbers of the messages that the watch has kept, in order.
inline std::vector<std::size_t> numbers_kept(const std::string& run) {
  std::vector<std::size_t> numbers;
  for (const std::string& line : lines_of(read_file(run + "/inbox.csv"))) {
    const std::size_t at = line.find(",generator-");
    if (at != std::string::npos) numbers.push_back(std::stoul(line.substr(at + 11)));
  }
  return numbers;
}

// Checks that messages 0, 1, 2 ... up to `messages` all arrived: none lost, none twice, none out of
// order.
inline void check_all_crossed(const std::string& run, std::size_t messages) {
  const std::vector<std::size_t> numbers = numbers_kept(run);
  CHECK(numbers.size() == messages);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == i) continue;
    FAIL("at place " << i << " came message " << numbers[i]);
  }
}

inline std::string fingerprints_of(const std::string& run) {
  const std::string summary = read_file(run + "/summary.json");
  const std::size_t first = summary.find("\"fingerprint\"");
  return summary.substr(first, summary.find('}', first) - first);
}

// The folder of a run that is running or was killed; "" if there is none.
inline std::string unfinished_run(const ProgramFixture& fixture) {
  for (const std::string& name : fixture.runs()) {
    if (name.starts_with("run.partial-")) return fixture.file("runs/" + name);
  }
  return "";
}

// The number of messages flushed to the capture of that run.
inline int captured_so_far(const ProgramFixture& fixture) {
  const Outcome info = run_process(dse_command({"capture", "info", unfinished_run(fixture) + "/capture"}));
  const std::size_t at = info.out.find("messages  ");
  return at == std::string::npos ? 0 : std::stoi(info.out.substr(at + 10));
}

// The child process whose arguments contain this word; 0 while there is none.
inline pid_t child_with(pid_t parent, const std::string& word) {
  const std::string id = std::to_string(parent);
  std::ifstream children("/proc/" + id + "/task/" + id + "/children");
  for (pid_t child = 0; children >> child;) {
    const std::string words = read_file("/proc/" + std::to_string(child) + "/cmdline");
    if (words.find('\0' + word + '\0') != std::string::npos) return child;
  }
  return 0;
}
