// What a Machine runs on: its connection to a Data Bus, its clock and its share of the processor.
//
// Two kinds of link exist: ZeroMQ inproc under virtual time (sim/), and AMQP to a real broker. A program
// cannot tell which it has.
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

  // Commands to the bus, carried out in the order of the calls.
  virtual void declare(const std::string& resource) = 0;  // idempotent
  virtual void bind(const BindingSpec& binding) = 0;
  virtual void publish(PublishRequest request) = 0;
  // Deliveries then come through Machine::deliver.
  virtual void open_stream(const std::string& resource, std::uint32_t prefetch) = 0;
  virtual void acknowledge(std::uint64_t tag) = 0;
  virtual void reject(std::uint64_t tag, bool requeue) = 0;

  // Calls Machine::resume once, `delay_ns` from now.
  virtual void resume_after(TimeNs delay_ns) = 0;
  // Runs `job`, and calls Machine::resume at now + duration_ns, when it is done.
  virtual void compute(Job job, TimeNs duration_ns) = 0;
  // Runs `job`; nobody is told when it is done.
  virtual void post(Job job) = 0;
  // The program has ended; nothing more is delivered.
  virtual void end(int status) = 0;
};

}  // namespace dse
