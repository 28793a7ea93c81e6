// What somebody who sees the commands of clients and the replies to them can say of any broker, in the terms
// of AMQP 0-9-1; what does not hold ends the process.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "door/client_command.h"
#include "door/client_reply.h"

class ClientLedger {
 public:
  // Each before the command is done.
  void note(const dse::ClientCommand& command);
  void note(const dse::ClientReply& reply);
  // Every client that was opened has ended, once.
  void check_all_ended() const;

 private:
  struct Consumer {
    std::uint32_t prefetch = 0;
    std::uint32_t unsettled = 0;
    bool acknowledges = true;
  };
  struct Unsettled {
    std::optional<std::uint64_t> consumer;  // by its number; empty: it was got
  };
  struct Channel {
    std::uint64_t delivered = 0;  // the last tag
    std::uint64_t published = 0;
    std::uint64_t confirmed = 0;
    bool confirms = false;
    bool closing = false;
    std::uint32_t prefetch = 0;
    std::uint32_t global_prefetch = 0;
    std::uint32_t global_unsettled = 0;  // by consumers
    std::map<std::string, std::uint64_t> tags = {};
    std::map<std::uint64_t, Consumer> consumers = {};  // those that ended as well
    std::map<std::uint64_t, Unsettled> unsettled = {};
    std::optional<Consumer> starting = {};  // until consume-ok says its tag
    bool has_unnamed = false;               // a consumer whose tag the client cannot know
    bool has_reply_consumer = false;        // which may have the tag of another one
    bool got_without_settling = false;      // whether the last basic.get has no-ack
  };
  struct Client {
    std::map<std::uint16_t, Channel> channels = {};
    std::uint64_t marks = 0;
    bool ended = false;
    std::uint16_t channel_max = 0;
  };

  void note_method(Client& client, std::uint16_t number, const dse::wire::ClientMethod& method);
  void settle(Channel& channel, std::uint64_t tag, bool multiple);
  void forget(Channel& channel, std::map<std::uint64_t, Unsettled>::iterator delivery);
  void start_consumer(Channel& channel, const std::string& tag, const Consumer& consumer);
  void note_reply(Client& client, std::uint16_t number, const dse::wire::ServerMethod& method);
  void note_delivery(Channel& channel, const dse::wire::BasicDeliver& delivery);

  std::map<dse::ClientIndex, Client> clients_;
  std::uint64_t consumers_ = 0;
  // A quorum queue gives a consumer one more after it gave up a message of it.
  bool gives_more_ = false;
};

// Ends the process when it does not hold.
void require(bool holds, const char* what);
