// An obviously correct and slow broker: one list of copies, scanned for everything.
//
// It knows streams and queues by name or number, and answers with deliveries in the order in which RabbitMQ
// would make them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
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
  enum class State { kReady, kUnacknowledged, kAcknowledged, kRejected, kGivenUp };
  // What a classic queue does by its options, of which these are some.
  struct Options {
    std::optional<std::size_t> max_length;
    bool rejects = false;  // when it is full; otherwise the first leaves
    std::optional<std::int64_t> ttl;
    std::string dead_letters_to;  // a queue; "": none
  };
  // One copy of a message in one queue, from its publishing to the end.
  struct Copy {
    std::string message;
    std::string queue;
    State state = State::kReady;
    std::uint32_t stream = 0;  // when unacknowledged
    bool redelivered = false;
    std::int64_t expires = INT64_MAX;
  };
  struct Stream {
    std::string queue;
    std::size_t prefetch = 0;
    bool open = true;
  };

  void set_options(const std::string& queue, const Options& options) {
    options_[queue] = options;
    make_queue(queue);
  }

  // Everything that is due by then happens, the earliest first, and of several queues the one that was
  // declared first.
  void pass_time(std::int64_t until) {
    while (const Copy* next = next_expiring(until)) {
      now_ = std::max(now_, next->expires);
      expire(next->queue);
      bury();
    }
    now_ = until;
  }

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
    accepted_ = true;
    for (const std::string& queue : declared_) {
      if (queues.contains(queue) && !take(queue, message)) accepted_ = false;
    }
    bury();
    return !queues.empty();
  }
  // Whether no queue refused the message that was published last.
  bool accepted() const { return accepted_; }

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
        if (state == State::kRejected) dead_.push_back({copy.queue, copy.message});
      }
    }
    take_turn(stream);
    if (state == State::kReady) keep_limits(streams_[stream].queue);
    dispatch(streams_[stream].queue);
    bury();
  }

  void close_stream(std::uint32_t stream) {
    streams_[stream].open = false;
    std::erase(turns_[streams_[stream].queue], stream);
    for (Copy& copy : copies_) {
      if (copy.state != State::kUnacknowledged || copy.stream != stream) continue;
      copy.state = State::kReady;
      copy.redelivered = true;
    }
    keep_limits(streams_[stream].queue);
    dispatch(streams_[stream].queue);
    bury();
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

  // Takes a message into the queue; false when that is full and refuses it.
  bool take(const std::string& queue, const std::string& message) {
    const Options& options = options_[queue];
    const bool full = options.max_length && count(queue, State::kReady) >= *options.max_length;
    if (full && options.rejects) return false;
    copies_.push_back(
        {.message = message, .queue = queue, .expires = options.ttl ? now_ + *options.ttl : INT64_MAX});
    dispatch(queue);
    keep_limits(queue);
    return true;
  }

  Copy* first_ready(const std::string& queue) {
    const auto found = std::find_if(copies_.begin(), copies_.end(), [&](const Copy& copy) {
      return copy.queue == queue && copy.state == State::kReady;
    });
    return found == copies_.end() ? nullptr : &*found;
  }
  void give_up(Copy& copy) {
    copy.state = State::kGivenUp;
    dead_.push_back({copy.queue, copy.message});
  }
  void keep_limits(const std::string& queue) {
    const Options& options = options_[queue];
    while (options.max_length && !options.rejects && count(queue, State::kReady) > *options.max_length)
      give_up(*first_ready(queue));
    expire(queue);
  }
  void expire(const std::string& queue) {
    for (Copy* copy = first_ready(queue); copy != nullptr && copy->expires <= now_; copy = first_ready(queue))
      give_up(*copy);
  }
  const Copy* next_expiring(std::int64_t until) {
    const Copy* next = nullptr;
    for (const std::string& queue : declared_) {
      const Copy* first = first_ready(queue);
      if (first != nullptr && first->expires <= until && (next == nullptr || first->expires < next->expires))
        next = first;
    }
    return next;
  }
  // Brings what queues gave up into the queues of their dead letters, which may give up something for it.
  void bury() {
    for (std::size_t at = 0; at < dead_.size(); ++at) {
      const Dead dead = dead_[at];
      const std::string& to = options_[dead.queue].dead_letters_to;
      if (!to.empty()) take(to, dead.message);
    }
    dead_.clear();
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
  struct Dead {
    std::string queue;
    std::string message;
  };
  std::vector<Dead> dead_;
  std::map<std::string, Options> options_;
  std::int64_t now_ = 0;
  bool accepted_ = true;
};
