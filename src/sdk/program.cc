#include "dse/program.h"

#include <string>
#include <utility>

#include "dse/error.h"

namespace dse {
namespace {

// A failure is a mistake of the program's author.
void require(bool fits, const char* sentence) {
  if (!fits) throw UsageError(sentence);
}
void require_message(const MessagePtr& message, const std::string& resource) {
  if (!message)
    throw UsageError("nothing is written to '" + resource + "': the message is null; compose one first");
  if (!message->fields().more.any()) return;
  if (const std::string reason = why_refused(*message->fields().more); !reason.empty())
    throw UsageError("no broker takes the message that is written to '" + resource + "': " + reason);
}

}  // namespace

Step create_resource(std::string resource) { return CreateResource{std::move(resource)}; }

Step bind(BindingSpec binding) { return Bind{std::make_shared<const BindingSpec>(std::move(binding))}; }

Step write_resource(std::string resource, MessagePtr message, WriteOptions options) {
  require_message(message, resource);
  return WriteResource{std::move(resource), std::move(message), options.mandatory, options.confirm};
}

Step write_resource_mandatory(std::string resource, MessagePtr message) {
  return write_resource(std::move(resource), std::move(message), {.mandatory = true});
}

Step write_resource_confirmed(std::string resource, MessagePtr message) {
  return write_resource(std::move(resource), std::move(message), {.confirm = true});
}

Step stream_resource(std::string resource, std::uint32_t prefetch, Handler handler) {
  require(handler != nullptr, "stream_resource() has no handler: give it one");
  return StreamResource{std::move(resource), prefetch, std::make_shared<const Handler>(std::move(handler))};
}

Step after(TimeNs delay_ns) {
  require(delay_ns >= 0, "after() waits for less than nothing: give it 0 or more ns");
  return After{delay_ns};
}

Step compute(Job job, TimeNs duration_ns, Callback then) {
  require(job != nullptr && then != nullptr,
          "compute() takes a job, and what follows it: one of them is empty");
  require(duration_ns >= 0, "compute() takes less than no time: give it 0 or more ns");
  return Compute{std::move(job), duration_ns, std::move(then)};
}

Step post(Job job) {
  require(job != nullptr, "post() has no job: give it one");
  return Post{std::move(job)};
}

Step receive(Handler handler) {
  require(handler != nullptr, "receive() has no handler: give it one");
  return Receive{std::make_shared<const Handler>(std::move(handler))};
}

Step exit(int status) { return Exit{status}; }

Step call(Callback callback) {
  require(callback != nullptr, "call() has no callback: give it one");
  return Call{std::move(callback)};
}

}  // namespace dse
