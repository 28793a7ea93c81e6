#include "apps/watch.h"

#include <fmt/format.h>

#include <string_view>

#include "apps/message_text.h"
#include "core/csv.h"
#include "core/hash.h"

namespace dse {
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
  line_ = fmt::format_int(machine.now()).str();
  const auto add = [this](std::string_view field) {
    line_ += ',';
    append_csv_field(line_, field);
  };
  add(message.id());
  add(message.correlation_id());
  add(message.key());
  add(header_text(message, "label"));
  add(header_text(message, "model"));
  add(header_text(message, "confidence"));
  add(hex64(message.payload_hash()));
  sink_(line_);
}

std::vector<Metric> Watch::metrics() const { return {{"received", static_cast<double>(received_)}}; }

}  // namespace dse
