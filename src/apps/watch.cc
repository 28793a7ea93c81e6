#include "apps/watch.h"

#include <fmt/format.h>

#include "apps/message_text.h"
#include "core/hash.h"

namespace dse {
namespace {

// RFC 4180: what holds a comma, a quote or a line's end is quoted.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

}  // namespace

Watch::Watch(WatchOptions options, LineSink sink) : options_(std::move(options)), sink_(std::move(sink)) {
  sink_("virtual_time_ns,id,correlation_id,key,label,model,confidence,payload_hash");
}

Program Watch::program() {
  return {
      stream_resource(options_.from, options_.prefetch, [this](Machine& machine, const MessagePtr& message) {
        keep(machine, *message);
        if (options_.service_ns == 0) return machine.next();
        machine.eval(after(options_.service_ns));
      })};
}

void Watch::keep(const Machine& machine, const Message& message) {
  ++received_;
  sink_(fmt::format("{},{},{},{},{},{},{},{}", machine.now(), csv_field(message.id()),
                    csv_field(message.correlation_id()), csv_field(message.key()),
                    csv_field(header_text(message, "label")), csv_field(header_text(message, "model")),
                    csv_field(header_text(message, "confidence")), hex64(message.payload_hash())));
}

std::vector<Metric> Watch::metrics() const { return {{"received", static_cast<double>(received_)}}; }

}  // namespace dse
