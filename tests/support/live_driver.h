// An attached run without a real broker: messages come at random moments into a world that is paced by random
// steps.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <string>
#include <vector>

#include "dse/random.h"
#include "sim/capture/capture_writer.h"
#include "sim/world/world.h"

struct LiveOptions {
  int messages = 50;
  dse::TimeNs step_ns_max = 60;
  std::size_t payload_bytes = 0;  // bytes of each message; 0: any number
  // The beginning of every id; when given, also the key and a header.
  std::string name;
  // After this many messages, some of them not flushed, the process kills itself; never if negative.
  int killed_after = -1;
};

// Makes a message that none of the run's components would write.
inline dse::MessagePtr foreign_message(dse::RandomStream& random, int number, std::size_t payload_bytes,
                                       const std::string& name = "") {
  std::string payload(payload_bytes == 0 ? random.below(40) : payload_bytes, ' ');
  for (char& c : payload) c = static_cast<char>(random.below(256));
  const char* keys[] = {"", "x", "y.z", "7"};
  dse::Headers headers = {{"urgent", random.below(2) == 1}};
  if (random.below(2) == 0) headers.set("label", static_cast<std::int64_t>(random.below(3)));
  if (!name.empty()) headers.set(name, name);
  return dse::make_message({.payload = dse::Payload::copy_of(payload),
                            .key = name + keys[random.below(4)],
                            .headers = headers,
                            .id = fmt::format("{}-{}", name.empty() ? "foreign" : name, number),
                            .app_id = "them",
                            .timestamp = static_cast<dse::TimeNs>(random.next_u64())});
}

class LiveDriver {
 public:
  LiveDriver(dse::World& world, const dse::Scenario& scenario, dse::CaptureWriter& capture,
             dse::RandomStream& random, const LiveOptions& options)
      : world_(world), capture_(capture), random_(random), options_(options) {
    for (std::size_t at = 0; at < scenario.components.size(); ++at) {
      if (!dse::is_import(scenario.components[at])) continue;
      imports_.push_back({at, scenario.components[at].name});
    }
  }

  dse::RunResult run() {
    int sent = 0;
    while (sent < options_.messages) {
      const dse::TimeNs paced_ns = world_.now() + below(options_.step_ns_max + 1);
      for (std::uint64_t coming = random_.below(4); coming > 0 && sent < options_.messages; --coming) {
        if (sent == options_.killed_after) die();
        hand_in(paced_ns, sent++);
      }
      if (random_.below(3) == 0) capture_.flush();
      advance(paced_ns);
    }
    const dse::TimeNs end_ns = std::max(world_.now(), last_ns_) + below(options_.step_ns_max + 1);
    advance(end_ns);
    capture_.end(end_ns);
    return world_.finish(dse::RunStatus::kCompleted);
  }

 private:
  dse::TimeNs below(dse::TimeNs most) {
    return static_cast<dse::TimeNs>(random_.below(static_cast<std::uint64_t>(most)));
  }
  // Hands in a message at the paced time or sometimes later; several messages often have the same
  // time.
  void hand_in(dse::TimeNs paced_ns, int number) {
    last_ns_ = std::max({last_ns_, world_.now() + 1, paced_ns + (random_.below(4) == 0 ? below(20) : 0)});
    const auto& [component, name] = imports_[random_.below(imports_.size())];
    const dse::MessagePtr message = foreign_message(random_, number, options_.payload_bytes, options_.name);
    capture_.add(name, last_ns_, *message);
    world_.import(component, message, last_ns_);
  }
  void advance(dse::TimeNs time_ns) {
    static const std::atomic<bool> never{false};
    world_.advance_to(time_ns, never, [](dse::TimeNs, std::uint64_t) {});
  }
  void die() {
    capture_.flush();
    hand_in(world_.now() + 1, -1);
    std::raise(SIGKILL);
  }

  struct Import {
    std::size_t component;
    std::string name;
  };
  dse::World& world_;
  dse::CaptureWriter& capture_;
  dse::RandomStream& random_;
  LiveOptions options_;
  std::vector<Import> imports_;
  dse::TimeNs last_ns_ = 0;
};
