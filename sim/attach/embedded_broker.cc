#include "sim/attach/embedded_broker.h"

#include <fmt/format.h>

#include <atomic>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "amqp/clock.h"
#include "amqp/notifier.h"
#include "dse/error.h"
#include "listener/listener.h"
#include "sim/attach/attachment.h"
#include "sim/attach/listener_front.h"
#include "sim/live/virtual_pace.h"
#include "sim/users/random_password.h"
#include "sim/world/world.h"

namespace dse {
namespace {

constexpr const char* kUser = "embedded";
const Permissions kAll{.configure = ".*", .write = ".*", .read = ".*"};

}  // namespace

struct EmbeddedBroker::Parts {
  RealClock clock;
  Notifier arrived{clock};
  std::atomic<bool> ending = false;
  std::atomic<bool> second = false;  // nobody interrupts it twice
  const Scenario scenario{.curve_every_ns = kNanosecondsPerSecond};
  World world;
  VirtualPace pace{1};
  const std::string password = random_password();
  std::map<std::string, Permissions> users;
  Listener listener;
  ListenerFront front;
  BrokerAddress address;
  std::thread thread;

  // A password of 256 random bits needs no slow hash.
  explicit Parts(std::map<std::string, Permissions> given_users)
      : world(scenario, WorldOptions{.listens = true}, no_files()),
        users(std::move(given_users)),
        listener({.check_password = [this](const std::string& user,
                                           const std::string& given) -> std::optional<Permissions> {
                    const auto found = users.find(user);
                    if (found == users.end() || given != password) return std::nullopt;
                    return found->second;
                  },
                  .arrived = [this] { arrived.notify(); }}),
        front(listener),
        address{.host = "127.0.0.1", .port = listener.port(), .user = kUser, .password = password},
        thread([this] { serve(); }) {}

  void serve() {
    try {
      Attachment attachment(scenario, world, {.listener = &front}, arrived, nullptr, {.pace = pace});
      attachment.run({.first = ending, .second = second}, [](const Attachment::Status&) {});
    } catch (const std::exception& error) {
      fmt::print(stderr, "The embedded broker ended: {}\n", error.what());
      listener.stop();  // its clients see it, too
    }
  }
};

EmbeddedBroker::EmbeddedBroker(std::map<std::string, Permissions> users) {
  users.insert_or_assign(kUser, kAll);
  parts_ = std::make_unique<Parts>(std::move(users));
}

EmbeddedBroker::~EmbeddedBroker() {
  parts_->listener.stop();
  parts_->ending = true;
  parts_->arrived.notify();
  parts_->thread.join();
}

const BrokerAddress& EmbeddedBroker::address() const { return parts_->address; }

}  // namespace dse
