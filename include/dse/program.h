// Programs, and the operations that they are made of.
//
// A program is data: a list of steps that a Machine interprets. The functions below make steps; each throws
// UsageError for arguments that make no step: a null message, an empty function, a negative time.
//
//   Program hello = {create_resource("greetings"),
//                    after(kNanosecondsPerSecond),
//                    call([](Machine& machine) {
//                      machine.eval(write_resource("greetings", machine.compose({.key = "hello"})),
//                                   dse::exit(0));
//                    })};
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "dse/binding.h"
#include "dse/message.h"
#include "dse/time.h"

namespace dse {

class Machine;

// Heavy work. Runs on any thread, after the earlier jobs of the same component, never at the same time as one
// of them.
using Job = std::function<void()>;

// A piece of a program written in C++. It must end by calling machine.eval or machine.next, once.
using Callback = std::function<void(Machine&)>;
// The same, for one message of a stream.
using Handler = std::function<void(Machine&, const MessagePtr&)>;

struct CreateResource {
  std::string resource;
};
struct Bind {
  std::shared_ptr<const BindingSpec> binding;
};
struct WriteResource {
  std::string resource;
  MessagePtr message;
  bool mandatory = false;
  bool confirm = false;
};
struct StreamResource {
  std::string resource;
  std::uint32_t prefetch = 0;
  std::shared_ptr<const Handler> handler;
};
struct After {
  TimeNs delay_ns = 0;
};
struct Compute {
  Job job;
  TimeNs duration_ns = 0;
  Callback then;
};
struct Post {
  Job job;
};
struct Receive {
  std::shared_ptr<const Handler> handler;
};
struct Exit {
  int status = 0;
};
struct Call {
  Callback callback;
};

using Step = std::variant<CreateResource, Bind, WriteResource, StreamResource, After, Compute, Post, Receive,
                          Exit, Call>;
using Program = std::vector<Step>;

// Asserts that the resource exists; idempotent.
Step create_resource(std::string resource);
// Binds queue `binding.to` to exchange `binding.from`.
Step bind(BindingSpec binding);
// What becomes known of a message that was written.
struct WriteOptions {
  bool mandatory = false;  // if no queue takes it, it comes back through Machine::on_return
  // Machine::on_confirm tells, after a return, whether every queue that the message came to has accepted it.
  // A message that comes to no queue counts as accepted, as on a real broker. A node publishes a message that
  // the broker refuses again until it is taken; one with this option it does not: the refusal is final.
  bool confirm = false;
};
// Asserts the resource, then publishes to it. Also throws UsageError for a message that no broker takes: see
// why_refused().
Step write_resource(std::string resource, MessagePtr message, WriteOptions options = {});
Step write_resource_mandatory(std::string resource, MessagePtr message);
Step write_resource_confirmed(std::string resource, MessagePtr message);
// Asserts the resource and streams its queue, forever: each message runs `handler`, and is
// acknowledged when the steps that the handler evaluated are done. At most `prefetch` messages are
// under way (0: no limit).
Step stream_resource(std::string resource, std::uint32_t prefetch, Handler handler);
// Waits.
Step after(TimeNs delay_ns);
// Runs `job` on the component's strand; `then` runs when it is done, `duration_ns` from now.
Step compute(Job job, TimeNs duration_ns, Callback then);
// Runs `job` on the component's strand; the program goes on at once.
Step post(Job job);
// Waits for the next message that is handed in from outside the Data Bus (Machine::hand_in), and runs
// `handler` with it, once.
Step receive(Handler handler);
// Ends the program.
Step exit(int status);
// Runs a callback.
Step call(Callback callback);

}  // namespace dse
