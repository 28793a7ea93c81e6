#include "apps/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "apps/message_text.h"
#include "core/hash.h"

namespace dse {
namespace {

// RFC 4180: what holds a comma, a quote or a line's end is quoted, into `quoted`; all else is as it is.
std::string_view csv_field(std::string_view text, std::string& quoted) {
  const auto is_special = [](char c) { return c == ',' || c == '"' || c == '\n' || c == '\r'; };
  if (std::none_of(text.begin(), text.end(), is_special)) return text;
  quoted.assign(1, '"');
  for (char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted += '"';
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
  const std::string label = header_text(message, "label");
  const std::string model = header_text(message, "model");
  const std::string confidence = header_text(message, "confidence");
  std::array<std::string, 6> quoted;
  sink_(fmt::format("{},{},{},{},{},{},{},{}", machine.now(), csv_field(message.id(), quoted[0]),
                    csv_field(message.correlation_id(), quoted[1]), csv_field(message.key(), quoted[2]),
                    csv_field(label, quoted[3]), csv_field(model, quoted[4]),
                    csv_field(confidence, quoted[5]), hex64(message.payload_hash())));
}

std::vector<Metric> Watch::metrics() const { return {{"received", static_cast<double>(received_)}}; }

}  // namespace dse
