// What a Machine runs on: its connection to a Data Bus, its clock and its share of the processor.
//
// Two kinds of link exist: ZeroMQ inproc under virtual time (sim/), and AMQP to a real broker. A
// program cannot tell which it has, because both keep this contract
// (tests/support/link_contract.cc):
//
//   - Commands are carried out in the order of the calls. A message takes the bindings and streams
//     that were made before it and none that was made after it; it is in its queues before what is
//     written after it.
//   - A stream delivers the messages of its queue in their order, each marked as redelivered or
//     not, and has at most `prefetch` of them unsettled at a time.
//   - A delivery is settled once. What is acknowledged is gone; what is rejected with requeue is
//     delivered again, marked as redelivered, and without requeue it is gone.
//   - A mandatory message that no queue takes comes back through Machine::on_return, once, as it
//     was written. A broker returns it before it confirms it, and a link waits for the confirm:
//     when a connection is lost in between, the message is published again, and what becomes of
//     that publication counts. A message in whose handler something was written is acknowledged on
//     the broker only when the program has been told of what came back of it.
//   - now() stands still within a step and never goes back.
//   - The link calls the machine only from whoever drives it, never within one of the calls below.
//   - After end() the machine hears of nothing. What was written before is still carried out; what
//     was delivered and not settled goes back to its queue, on a broker when the link is gone.
#pragma once

#include <cstdint>
#include <string>

#include "dse/binding.h"
#include "dse/message.h"
#include "dse/program.h"
#include "dse/time.h"

namespace dse {

struct PublishRequest {
  const std::string& resource;  // declared before
  MessagePtr message;
  bool mandatory = false;  // give it back (Machine::on_return) when no queue takes it
};

class Link {
 public:
  virtual ~Link() = default;

  virtual TimeNs now() const = 0;

  // Commands to the bus.
  virtual void declare(const std::string& resource) = 0;  // idempotent
  virtual void bind(const BindingSpec& binding) = 0;
  virtual void publish(PublishRequest request) = 0;
  // Deliveries then come through Machine::deliver.
  virtual void open_stream(const std::string& resource, std::uint32_t prefetch) = 0;
  virtual void acknowledge(std::uint64_t tag) = 0;
  virtual void reject(std::uint64_t tag, bool requeue) = 0;

  // Calls Machine::resume once, `delay_ns` from now; now() is exactly that time then.
  virtual void resume_after(TimeNs delay_ns) = 0;
  // Runs `job`, and calls Machine::resume once, when it is done: under virtual time at now +
  // duration_ns, and under real time when that is, as work takes the time that it takes.
  virtual void compute(Job job, TimeNs duration_ns) = 0;
  // Runs `job`; nobody is told when it is done. Jobs of a link run in the order of the calls, one
  // at a time.
  virtual void post(Job job) = 0;
  // The program has ended; nothing more is delivered.
  virtual void end(int status) = 0;
};

}  // namespace dse
