// A broker for tests that have no real one: the AMQP that our connections speak, in front of the
// simulator's own broker. It serves every connection that is opened through its transport, on its
// own thread, confirms what it has taken, and refuses what a queue has no place for.
//
// An exchange and a queue with the same name are one resource. The fake enforces only the rules
// that the tests need: every user may do everything, but nobody declares a name in two ways. The arguments of
// queues are kept, and nothing is done by them but for x-max-length, beyond which a queue refuses messages.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "broker/broker.h"
#include "unit/amqp/amqp_peer.h"

class FakeBroker {
 public:
  FakeBroker();
  ~FakeBroker();
  FakeBroker(const FakeBroker&) = delete;
  FakeBroker& operator=(const FakeBroker&) = delete;

  std::shared_ptr<const dse::Transport> transport() const { return network_; }
  // Cuts every connection; what was not acknowledged on them is delivered again.
  void cut_all();
  // Returns once this many messages wait in the queue, and this many are with consumers. Throws
  // when that takes too long.
  struct Load {
    std::size_t waiting = 0;
    std::size_t unacknowledged = 0;
  };
  void await_load(const std::string& queue, const Load& load) const;
  // The arguments with which the queue was declared; none for one that was not.
  dse::Headers arguments_of(const std::string& queue) const;
  // From now on confirms nothing, or everything again, including what it has held back.
  void hold_confirms(bool hold);

 private:
  struct Channel {
    bool confirms = false;
    std::uint64_t published = 0;
    std::uint64_t delivered = 0;
    std::uint32_t prefetch = 0;
    std::map<std::uint64_t, dse::DeliveryTag> outstanding;  // by the channel's tag
    ContentReader content;
    std::vector<dse::StreamIndex> streams;
  };
  struct Client {
    AmqpPeer peer;
    bool greeted = false;
    bool over = false;
    std::map<std::uint16_t, Channel> channels;
  };
  struct Stream {
    Client* client = nullptr;  // null once it is closed
    std::uint16_t channel = 0;
  };
  struct OwedConfirm {
    Client* client;
    AmqpPeer::Confirm confirm;
    bool accepted = true;
  };

  struct Declared {
    std::string type;  // "queue" for a queue
    dse::Headers arguments;
    bool operator==(const Declared&) const = default;
  };
  // A declaration that a client makes.
  struct Wish {
    const std::string& name;
    const Declared* known;  // null when nobody has declared the name
    const Declared& declared;
    bool passive = false;
  };

  void serve();
  void wait();
  void take_clients();
  void serve(Client& client);
  void handle(Client& client, const AmqpFrame& frame);
  void on_method(Client& client, const AmqpMethodFrame& method);
  void on_publication(Client& client, std::uint16_t channel, const PeerPublication& publication);
  void on_exchange_method(Client& client, const AmqpMethodFrame& method);
  // Whether it is refused, which closes the channel.
  bool refuses(Client& client, const AmqpMethodFrame& method, const Wish& wish);
  void declare_exchange(Client& client, const AmqpMethodFrame& method);
  void declare_queue(Client& client, const AmqpMethodFrame& method);
  void on_queue_method(Client& client, const AmqpMethodFrame& method);
  void on_basic_method(Client& client, const AmqpMethodFrame& method);
  void set_limit(const std::string& queue, const dse::Headers& arguments);
  void bind(dse::BindingSpec binding, const amqp_table_t& arguments);
  void consume(Client& client, const AmqpMethodFrame& method);
  struct Settle {
    std::uint64_t tag = 0;
    bool multiple = false;
    bool acknowledge = true;
    bool requeue = false;
  };
  void settle(Channel& channel, const Settle& settle);
  void close_channel(Client& client, std::uint16_t channel);
  void leave(Client& client);
  void deliver(dse::Effects& effects);
  void confirm(const OwedConfirm& owed);

  std::shared_ptr<PeerTransport> network_ = std::make_shared<PeerTransport>();
  dse::RealClock clock_;
  dse::Notifier wake_{clock_};
  std::atomic<bool> ending_ = false;

  mutable std::condition_variable served_;
  mutable std::mutex mutex_;              // guards everything below; the thread holds it while it serves
  static constexpr dse::TimeNs kNow = 0;  // nothing here takes time
  dse::Broker broker_;
  std::list<Client> clients_;
  dse::IndexedVector<dse::StreamIndex, Stream> streams_;
  std::map<std::string, Declared> exchanges_;
  std::map<std::string, Declared> queues_;
  bool holding_ = false;
  std::vector<OwedConfirm> owed_;

  std::thread thread_;
};
