#include "apps/echo.h"

#include <fmt/format.h>

#include "apps/message_text.h"
#include "core/printable.h"

namespace dse {

Echo::Echo(EchoOptions options, LineSink sink) : options_(std::move(options)), sink_(std::move(sink)) {}

Program Echo::program() {
  return {
      stream_resource(options_.from, options_.prefetch, [this](Machine& machine, const MessagePtr& message) {
        ++received_;
        sink_(fmt::format("{} {} label={} key={} {} bytes{}", seconds_text(machine.now()),
                          printable_word(message->id()), printable_word(header_text(*message, "label")),
                          printable_word(message->key()), message->payload().size(),
                          machine.redelivered() ? " redelivered" : ""));
        if (options_.service_ns == 0) return machine.next();
        machine.eval(after(options_.service_ns));
      })};
}

std::vector<Metric> Echo::metrics() const { return {{"received", static_cast<double>(received_)}}; }

}  // namespace dse
