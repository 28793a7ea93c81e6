// An obviously correct and slow broker: one list of copies, scanned for everything.
//
// It knows streams and queues by name or number, and answers with deliveries in the order in which RabbitMQ
// would make them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dse/binding.h"

struct NaiveDelivery {
  std::uint32_t stream = 0;
  std::string message;
  bool redelivered = false;
  bool operator==(const NaiveDelivery&) const = default;
};

class NaiveBroker {
 public:
  enum class State { kReady, kUnacknowledged, kAcknowledged, kRejected };
  // One copy of a message in one queue, from its publishing to the end.
  struct Copy {
    std::string message;
    std::string queue;
    State state = State::kReady;
    std::uint32_t stream = 0;  // when unacknowledged
    bool redelivered = false;
  };
  struct Stream {
    std::string queue;
    std::size_t prefetch = 0;
    bool open = true;
  };

  void bind(const dse::BindingSpec& binding) {
    make_queue(binding.to);
    bindings_.push_back(binding);
  }

  // False when no queue took the message. In this model a key is one word, and a pattern is "#", "*" or a
  // word.
  bool publish(const std::string& exchange, const std::string& key, const std::string& message,
               const dse::Headers& headers = {}) {
    std::set<std::string> queues;
    for (const dse::BindingSpec& binding : bindings_) {
      const bool fits = binding.key == "#" || binding.key == "*" || binding.key == key;
      if (binding.from == exchange && fits && holds(binding, headers)) queues.insert(binding.to);
    }
    // The broker numbers queues in the order of their declaration.
    for (const std::string& queue : declared_) {
      if (!queues.contains(queue)) continue;
      copies_.push_back({.message = message, .queue = queue});
      dispatch(queue);
    }
    return !queues.empty();
  }

  void declare(const std::string& resource) {
    if (std::find(declared_.begin(), declared_.end(), resource) == declared_.end())
      declared_.push_back(resource);
  }

  void open_stream(const std::string& queue, std::size_t prefetch) {
    make_queue(queue);
    streams_.push_back({queue, prefetch});
    turns_[queue].push_back(static_cast<std::uint32_t>(streams_.size() - 1));
    dispatch(queue);
  }

  void settle(std::uint32_t stream, const std::string& message, State state) {
    for (Copy& copy : copies_) {
      if (copy.state == State::kUnacknowledged && copy.stream == stream && copy.message == message) {
        copy.state = state;
        if (state == State::kReady) copy.redelivered = true;
      }
    }
    take_turn(stream);
    dispatch(streams_[stream].queue);
  }

  void close_stream(std::uint32_t stream) {
    streams_[stream].open = false;
    std::erase(turns_[streams_[stream].queue], stream);
    for (Copy& copy : copies_) {
      if (copy.state != State::kUnacknowledged || copy.stream != stream) continue;
      copy.state = State::kReady;
      copy.redelivered = true;
    }
    dispatch(streams_[stream].queue);
  }

  // Returns what was delivered since the last call.
  std::vector<NaiveDelivery> take_deliveries() { return std::exchange(deliveries_, {}); }

  std::size_t count(const std::string& queue, State state) const {
    return static_cast<std::size_t>(std::count_if(copies_.begin(), copies_.end(), [&](const Copy& copy) {
      return copy.queue == queue && copy.state == state;
    }));
  }
  std::size_t held_by(std::uint32_t stream) const {
    return static_cast<std::size_t>(std::count_if(copies_.begin(), copies_.end(), [&](const Copy& copy) {
      return copy.state == State::kUnacknowledged && copy.stream == stream;
    }));
  }
  const std::vector<Copy>& copies() const { return copies_; }
  const std::vector<Stream>& streams() const { return streams_; }
  const std::vector<std::string>& declared() const { return declared_; }

 private:
  static bool holds(const dse::BindingSpec& binding, const dse::Headers& headers) {
    if (binding.headers.empty()) return true;
    std::size_t held = 0;
    for (const auto& [name, value] : binding.headers) {
      const dse::HeaderValue* found = headers.find(name);
      if (found != nullptr && *found == value) ++held;
    }
    return binding.match == dse::HeaderMatch::kAny ? held > 0 : held == binding.headers.size();
  }

  void make_queue(const std::string& name) {
    declare(name);
    if (queues_.insert(name).second) bindings_.push_back({.from = name, .to = name, .key = "#"});
  }

  bool has_room(std::uint32_t stream) const {
    return streams_[stream].prefetch == 0 || held_by(stream) < streams_[stream].prefetch;
  }

  void take_turn(std::uint32_t stream) {
    std::vector<std::uint32_t>& turns = turns_[streams_[stream].queue];
    const bool waits = std::find(turns.begin(), turns.end(), stream) != turns.end();
    if (streams_[stream].open && !waits) turns.push_back(stream);
  }

  // The first copy goes to the first stream in turn with room, which then goes to the end; those without room
  // leave.
  void dispatch(const std::string& queue) {
    std::vector<std::uint32_t>& turns = turns_[queue];
    for (Copy& copy : copies_) {
      if (copy.queue != queue || copy.state != State::kReady) continue;
      while (!turns.empty() && !has_room(turns.front())) turns.erase(turns.begin());
      if (turns.empty()) return;
      const std::uint32_t stream = turns.front();
      turns.erase(turns.begin());
      copy.state = State::kUnacknowledged;
      copy.stream = stream;
      deliveries_.push_back({stream, copy.message, copy.redelivered});
      take_turn(stream);
    }
  }

  std::vector<std::string> declared_;
  std::set<std::string> queues_;
  std::vector<dse::BindingSpec> bindings_;
  std::vector<Stream> streams_;
  std::vector<Copy> copies_;  // in the order of publishing, which is every queue's order
  std::map<std::string, std::vector<std::uint32_t>> turns_;
  std::vector<NaiveDelivery> deliveries_;
};
