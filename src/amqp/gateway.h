// Joins this process to exchanges and queues of a real broker; each message crosses at least once,
// either way.
//
// Exported messages are published with confirms, and again after a lost connection. Imported
// messages are given out once, and acknowledged when the caller says so; one that comes again
// (Duplicates) is dropped. Calls come from one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "amqp/consumer.h"
#include "amqp/duplicates.h"
#include "amqp/publisher.h"

namespace dse {

// Goes to an exchange of any type; one that does not exist is declared as a topic exchange.
struct ExportRoute {
  std::string exchange;
};

// Comes from a queue, which must exist, or from an exchange through a queue of our own, which the
// broker deletes when nobody has read it for ten minutes.
struct ImportRoute {
  std::string name;
  std::string queue;     // "" if it is an exchange
  std::string exchange;  // declared as a topic exchange if it does not exist, else of any type
  std::string key = "#";
  std::uint16_t prefetch = 0;
};

struct Imported {
  std::size_t import = 0;  // index into Options::imports
  MessagePtr message;      // null for a duplicate, which only needs to be acknowledged
  ArrivalTag tag;
  // Why the message cannot be taken and must be rejected; the message then has what could be read.
  // "" if it can be taken.
  std::string refused = {};
};

class Gateway {
 public:
  struct Options {
    ConnectionOptions connection;
    std::string run;  // distinguishes this process's messages and queues from others'
    std::vector<ExportRoute> exports;
    std::vector<ImportRoute> imports;
  };
  // Connects, and declares what the routes need. Throws BrokerError.
  explicit Gateway(Options options);
  // Deletes our own queues.
  ~Gateway();

  // Never waits; see unconfirmed(). Like every call, throws what ended a connection for good.
  void write(std::size_t export_number, MessagePtr message);
  // The number of written messages that are not confirmed yet.
  std::uint64_t unconfirmed() const { return publisher_ == nullptr ? 0 : publisher_->unconfirmed(); }
  // Returns what has arrived since the last call, in order for each import.
  std::vector<Imported> take();
  // Ends the imports, and returns what was already rejected on the broker but not yet returned.
  std::vector<Imported> stop_imports();
  // Acknowledges a message, which the caller has stored safely.
  void acknowledge(const ArrivalTag& tag) { consumer_->acknowledge(tag); }
  // Rejects a message that cannot be used: the broker does with it what its queue says. Has no
  // effect on one that could not be decoded, as its connection is gone.
  void reject(const ArrivalTag& tag) { consumer_->reject(tag, false); }
  bool settled() const { return consumer_ == nullptr || consumer_->settled(); }
  // Throws what ended a connection for good.
  void check() const;
  // Is notified when something has arrived or was confirmed.
  const Notifier& notifier() const { return notifier_; }

  struct ImportCounts {
    std::uint64_t imported = 0;
    std::uint64_t duplicates = 0;  // dropped
    std::uint64_t refused = 0;
  };
  struct Counts : ImportCounts {  // for all imports together
    std::uint64_t exported = 0;
    std::uint64_t republished = 0;
    std::uint64_t nacked = 0;
    std::uint64_t unroutable = 0;
    std::uint64_t reconnects = 0;
    std::string problem;  // "" while all connections stand and nothing is held back
    std::vector<ImportCounts> imports;
    std::vector<Publisher::RouteCounts> exports;
  };
  Counts counts() const;

 private:
  Subscription subscription(const ImportRoute& route) const;
  std::string own_queue(const ImportRoute& route) const;

  Options options_;
  Notifier notifier_;
  std::vector<Duplicates> duplicates_;  // by import
  std::vector<ImportCounts> imports_;
  SessionState import_state_;             // the imports' state, once they have ended
  std::unique_ptr<Publisher> publisher_;  // null without exports
  std::unique_ptr<Consumer> consumer_;    // null without imports
};

}  // namespace dse
