// Joins something in this process to exchanges and queues of a broker, at least once both ways.
//
// Out: what is exported is published with confirms, and again after a lost connection. In: what
// arrives is given out once and acknowledged when the taker says so; a message that comes again
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

// To a topic exchange, which is declared if it is not there.
struct ExportRoute {
  std::string exchange;
};

// From a queue, which must be there, or from an exchange through a queue of our own, which the
// broker deletes when it has not been read for ten minutes.
struct ImportRoute {
  std::string name;
  std::string queue;     // "" when it is an exchange
  std::string exchange;  // declared as a topic exchange if it is not there
  std::string key = "#";
  std::uint16_t prefetch = 0;
};

struct Imported {
  std::size_t import = 0;  // its place among the routes
  MessagePtr message;      // none: a duplicate, which only waits to be acknowledged
  ArrivalTag tag;
  // Why the message, as far as it could be read, cannot be taken; "": it can. It is to be rejected.
  std::string refused = {};
};

class Gateway {
 public:
  struct Options {
    ConnectionOptions connection;
    std::string run;  // tells this process's messages and queues from others'
    std::vector<ExportRoute> exports;
    std::vector<ImportRoute> imports;
  };
  // Connects, and declares what the routes need. Throws BrokerError.
  explicit Gateway(Options options);
  // Deletes our own queues.
  ~Gateway();

  // Never waits; see full(). Throws what ended a connection for good, as every call.
  void write(std::size_t export_number, MessagePtr message);
  // So much waits to be confirmed that it is better to wait before writing more.
  bool full() const { return publisher_ != nullptr && publisher_->full(); }
  // How many of the written messages are not confirmed yet.
  std::uint64_t unconfirmed() const { return publisher_ == nullptr ? 0 : publisher_->unconfirmed(); }
  // What has arrived since the last call, in the order of each import.
  std::vector<Imported> take();
  // Ends the imports, and gives what was rejected on the broker already and not taken before.
  std::vector<Imported> stop_imports();
  // What was taken is where it will not be lost.
  void acknowledge(const ArrivalTag& tag) { consumer_->acknowledge(tag); }
  // What was taken cannot be used: the broker does with it what its queue says. Nothing happens to
  // what could not be decoded: its connection is gone.
  void reject(const ArrivalTag& tag) { consumer_->reject(tag, false); }
  bool settled() const { return consumer_ == nullptr || consumer_->settled(); }
  // Throws what ended a connection for good.
  void check() const;
  // It is notified when something has arrived or was confirmed.
  const Notifier& notifier() const { return notifier_; }

  struct ImportCounts {
    std::uint64_t imported = 0;
    std::uint64_t duplicates = 0;  // dropped
    std::uint64_t refused = 0;
  };
  struct Counts : ImportCounts {  // of all imports together
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
  SessionState import_state_;             // of imports that were ended
  std::unique_ptr<Publisher> publisher_;  // none without exports
  std::unique_ptr<Consumer> consumer_;    // none without imports
};

}  // namespace dse
