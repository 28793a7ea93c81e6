// Machines on links to one real or fake broker, for the contract of a link.
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <list>
#include <set>
#include <stdexcept>
#include <string>

#include "amqp/amqp_link.h"
#include "amqp/run_mark.h"
#include "amqp/topology.h"
#include "support/catch.h"
#include "support/link_contract.h"

class AmqpRig : public LinkRig {
 public:
  explicit AmqpRig(dse::ConnectionOptions connection) : connection_(std::move(connection)) {}
  // Deletes what the test case has made on the broker.
  ~AmqpRig() override {
    members_.clear();
    try {
      dse::Connection connection(connection_);
      const dse::ChannelNumber channel = connection.open_channel();
      for (const std::string& resource : resources_) {
        connection.delete_queue(channel, resource, {});
        connection.delete_exchange(channel, resource, {});
      }
    } catch (const dse::BrokerError& error) {
      WARN("not deleted: " << error.what());
    }
  }

  dse::Machine& add(const std::string& name) override {
    return members_.emplace_back(connection_, name).machine;
  }
  void remove(dse::Machine& machine) override {
    members_.remove_if([&machine](const Member& member) { return &member.machine == &machine; });
  }
  void run_until(const std::function<bool()>& done) override {
    const dse::Clock::TimePoint longest = now() + std::chrono::seconds(60);
    while (!done()) {
      if (now() > longest) throw std::runtime_error("nothing happens any more");
      for (Member& member : members_) move_on(member);
    }
  }
  void limit(const std::string& resource, int length) override {
    dse::Connection connection(connection_);
    const dse::ChannelNumber channel = connection.open_channel();
    connection.declare_exchange(channel, resource, {.type = "topic"});
    const dse::QueueOptions options{.max_length = length, .overflow = dse::Overflow::kRejectPublish};
    connection.declare_queue(channel, resource, {.arguments = dse::arguments_of(options)});
    connection.bind_queue(channel, {.source = resource, .destination = resource, .key = "#"});
  }
  std::string resource(const std::string& name) override {
    return *resources_.insert(fmt::format("dse-contract-{}-{}", getpid(), name)).first;
  }

 private:
  struct Member {
    dse::AmqpLink link;
    dse::Machine machine;
    Member(const dse::ConnectionOptions& connection, const std::string& name)
        : link({.connection = connection,
                .set_up = [](dse::Connection&, dse::ChannelNumber) {},
                .run = dse::make_run_mark(name),
                .epoch = std::chrono::system_clock::now()}),
          machine(name, link) {}
  };

  dse::Clock::TimePoint now() const { return connection_.clock->now(); }
  void move_on(Member& member) {
    const auto until = now() + std::chrono::milliseconds(1);
    if (member.machine.ended()) {
      member.link.settle(member.machine, until);
    } else {
      member.link.serve(member.machine, until);
    }
  }

  dse::ConnectionOptions connection_;
  std::list<Member> members_;
  std::set<std::string> resources_;
};
