// What a Machine runs on: its connection to a Data Bus, its clock, and the execution of its jobs.
//
// Two kinds of link exist: ZeroMQ inproc under virtual time (sim/), and AMQP to a real broker. A
// program cannot tell which kind it has, because both keep this contract
// (tests/support/link_contract.cc):
//
//   - Commands are carried out in the order of the calls. A message is routed by the bindings and
//     streams that were made before it and by none that was made after it; it is in its queues
//     before anything that is written after it.
//   - A stream delivers the messages of its queue in their order, each marked as redelivered or
//     not, and has at most `prefetch` of them unsettled at a time.
//   - A delivery is settled once. An acknowledged message is gone; one rejected with requeue is
//     delivered again, marked as redelivered; one rejected without requeue is gone.
//   - A mandatory message that no queue takes comes back through Machine::on_return, once, as it
//     was written. A real broker returns it before it confirms it, and a link waits for the
//     confirm: when a connection is lost in between, the message is published again, and that
//     publication counts. When a handler writes messages, the message it handles is acknowledged on
//     a real broker only after the program has been told which of them came back.
//   - Of a message that is published with `confirm` Machine::on_confirm tells once, after its return
//     if it came back, whether every queue to which it was led has accepted it; one that none took is
//     accepted. A refusal is final: the message is not published again. What is written behind it does
//     not wait for it, and the message in whose handler it was written is acknowledged on a real broker
//     only after the program has been told.
//   - now() stands still within a step and never goes back.
//   - The link calls the machine only while it is being driven, never within one of the calls
//     below.
//   - After end() the machine is not called again. Commands given before are still carried out;
//     messages delivered and not settled go back to their queues, on a real broker once the link is
//     gone.
#pragma once

#include <cstdint>
#include <string>

#include "dse/binding.h"
#include "dse/message.h"
#include "dse/program.h"
#include "dse/time.h"

namespace dse {

struct PublishRequest {
  const std::string& resource;  // already declared
  MessagePtr message;
  bool mandatory = false;  // comes back (Machine::on_return) when no queue takes it
  bool confirm = false;    // Machine::on_confirm is told whether its queues have accepted it
  TimeNs later_ns = 0;     // how much longer than usual it takes to the bus; only planted faults set it
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

  // Calls Machine::resume once, `delay_ns` from now; now() is then exactly that time.
  virtual void resume_after(TimeNs delay_ns) = 0;
  // Runs `job`, and calls Machine::resume once: under virtual time at now + duration_ns, under real
  // time when the job is done, however long it takes.
  virtual void compute(Job job, TimeNs duration_ns) = 0;
  // Runs `job` without a notice when it is done. Jobs of a link run in the order of the calls, one
  // at a time.
  virtual void post(Job job) = 0;
  // Tells the link that the program has ended: nothing more is delivered.
  virtual void end(int status) = 0;
};

}  // namespace dse
