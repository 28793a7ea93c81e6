// A deciding side for tests of a listener: every publication goes to the consumer that came last, and is
// confirmed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "listener/listener.h"

class TrivialSide {
 public:
  // Fills in who may log in: ann with the password "secret", and by certificate bob.
  explicit TrivialSide(dse::ListenerOptions options = {}) {
    options.check_password = [](const std::string& user, const std::string& password) {
      const bool is_known = user == "ann" && password == "secret";
      return is_known ? std::optional(dse::Permissions{.write = ".*"}) : std::nullopt;
    };
    options.find_user = [](const std::string& user) {
      return user == "bob" ? std::optional(dse::Permissions{}) : std::nullopt;
    };
    options.arrived = [this] {
      const std::lock_guard lock(mutex_);
      has_arrived_ = true;
      changed_.notify_all();
    };
    listener_ = std::make_unique<dse::Listener>(std::move(options));
    thread_ = std::thread([this] { run(); });
  }
  ~TrivialSide() {
    {
      const std::lock_guard lock(mutex_);
      is_ending_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }

  dse::Listener& listener() { return *listener_; }
  std::uint16_t port() const { return listener_->port(); }

  // What has come, by one name each; see note().
  int count(const std::string& what) {
    const std::lock_guard lock(mutex_);
    return counts_[what];
  }
  // Waits until it has come so often; returns whether it did in a long time.
  bool await(const std::string& what, int times = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return counts_[what] >= times; });
  }
  // While it is off, nothing is taken.
  void set_taking(bool is_taking) {
    const std::lock_guard lock(mutex_);
    is_taking_ = is_taking;
    changed_.notify_all();
  }
  // While it is on, publications are kept, so that their bodies stay alive.
  void set_keeping(bool is_keeping) {
    const std::lock_guard lock(mutex_);
    is_keeping_ = is_keeping;
    if (!is_keeping) kept_.clear();
  }
  dse::ClientOpened opened() {
    const std::lock_guard lock(mutex_);
    return opened_;
  }
  void send(std::vector<dse::ClientReply> replies) { listener_->send(std::move(replies)); }

 private:
  using Channel = std::pair<dse::ClientIndex, std::uint16_t>;

  void run() {
    while (true) {
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return is_ending_ || (has_arrived_ && is_taking_); });
        if (is_ending_) return;
        has_arrived_ = false;
      }
      for (dse::ClientCommand& command : listener_->take()) serve(command);
      listener_->send(std::exchange(replies_, {}));
    }
  }

  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    ++counts_[what];
    changed_.notify_all();
  }

  template <typename Method>
  void reply(const dse::ClientCommand& command, Method method, dse::MessagePtr content = {}) {
    replies_.push_back({.client = command.client,
                        .channel = command.channel,
                        .what = dse::wire::ServerMethod(std::move(method)),
                        .content = std::move(content)});
  }

  void serve(dse::ClientCommand& command) {
    if (const auto* opened = std::get_if<dse::ClientOpened>(&command.action)) {
      {
        const std::lock_guard lock(mutex_);
        opened_ = *opened;
      }
      note("opened");
    } else if (std::holds_alternative<dse::ClientGone>(command.action)) {
      note("gone");
    } else if (std::holds_alternative<dse::ClientWritten>(command.action)) {
      note("written");
    } else if (const auto* failed = std::get_if<dse::ClientFailed>(&command.action)) {
      note("failed");
      reply(command, dse::wire::ConnectionClose{.reply_code = failed->code, .reply_text = failed->text});
    } else if (auto* publication = std::get_if<dse::ClientPublication>(&command.action)) {
      take(command, *publication);
    } else {
      answer(command, std::get<dse::wire::ClientMethod>(command.action));
    }
  }

  void take(const dse::ClientCommand& command, dse::ClientPublication& publication) {
    note("published");
    const Channel channel(command.client, command.channel);
    if (const auto at = published_.find(channel); at != published_.end())
      reply(command, dse::wire::BasicAck{.delivery_tag = ++at->second});
    if (consumer_) {
      replies_.push_back({.client = consumer_->first,
                          .channel = consumer_->second,
                          .what = dse::wire::ServerMethod(
                              dse::wire::BasicDeliver{.consumer_tag = "c",
                                                      .delivery_tag = ++delivered_,
                                                      .routing_key = publication.method.routing_key}),
                          .content = publication.message});
    }
    const std::lock_guard lock(mutex_);
    if (is_keeping_) kept_.push_back(std::move(publication.message));
  }

  void answer(const dse::ClientCommand& command, const dse::wire::ClientMethod& method) {
    using namespace dse::wire;
    if (std::holds_alternative<ChannelOpen>(method)) reply(command, ChannelOpenOk{});
    if (std::holds_alternative<ChannelClose>(method)) reply(command, ChannelCloseOk{});
    if (std::holds_alternative<BasicQos>(method)) reply(command, BasicQosOk{});
    if (std::holds_alternative<ConnectionClose>(method)) {
      reply(command, ConnectionCloseOk{});
      note("closed");
    }
    if (std::holds_alternative<ConfirmSelect>(method)) {
      published_[{command.client, command.channel}] = 0;
      reply(command, ConfirmSelectOk{});
    }
    if (std::holds_alternative<BasicConsume>(method)) {
      consumer_ = Channel(command.client, command.channel);
      reply(command, BasicConsumeOk{.consumer_tag = "c"});
    }
    if (std::holds_alternative<BasicAck>(method)) note("acknowledged");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool has_arrived_ = false;
  bool is_ending_ = false;
  bool is_taking_ = true;
  bool is_keeping_ = false;
  std::map<std::string, int> counts_;
  dse::ClientOpened opened_;
  std::vector<dse::MessagePtr> kept_;

  // For the thread alone.
  std::vector<dse::ClientReply> replies_;
  std::map<Channel, std::uint64_t> published_;
  std::optional<Channel> consumer_;
  std::uint64_t delivered_ = 0;

  std::unique_ptr<dse::Listener> listener_;
  std::thread thread_;
};
