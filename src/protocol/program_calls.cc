#include "protocol/program_calls.h"

#include <fmt/format.h>

#include <span>

#include "protocol/base64.h"
#include "protocol/program_learner.h"
#include "protocol/program_message.h"
#include "protocol/program_values.h"

namespace dse {
namespace {

constexpr int kProtocol = 1;

std::string start_of(std::string_view component, std::uint64_t seed) {
  std::string line = fmt::format(R"({{"call":"start","protocol":{},"component":)", kProtocol);
  append_json_text(component, line);
  return line + fmt::format(R"(,"seed":"{:016x}")", seed);
}

}  // namespace

std::string start_line(const ProgramStart& start) {
  std::string line = start_of(start.component, start.seed);
  line += fmt::format(",\"now_ns\":{}", start.now_ns);
  if (start.from) {
    line += ",\"from\":";
    append_json_text(*start.from, line);
    line += fmt::format(",\"prefetch\":{}", start.prefetch);
  }
  line += ",\"to\":[";
  for (const std::string& resource : start.to) {
    if (line.back() != '[') line += ',';
    append_json_text(resource, line);
  }
  return line + "],\"options\":" + start.options + "}";
}

std::string learner_start_line(const ProgramLearnerOptions& options) {
  const LearnerOptions& made_for = options.made_for;
  const std::string input =
      made_for.takes_images()
          ? fmt::format(R"("shape":[{},{}],"type":"uint8")", made_for.shape.rows, made_for.shape.columns)
          : fmt::format(R"("shape":[{}],"type":"float32")", made_for.features);
  return start_of(options.host.component, options.seed) + fmt::format(R"(,{},"classes":{},"options":{}}})",
                                                                      input, made_for.classes,
                                                                      options.host.command.options);
}

std::string message_line(const MessageCall& call) {
  std::string line;
  line.reserve(call.message.payload().size() / 3 * 4 + 512);
  line.append("{\"call\":\"").append(call.name).append("\",\"now_ns\":");
  line += fmt::format_int(call.now_ns).str();
  if (call.redelivered) line += *call.redelivered ? ",\"redelivered\":true" : ",\"redelivered\":false";
  if (call.accepted) line += *call.accepted ? ",\"accepted\":true" : ",\"accepted\":false";
  line += ",\"message\":";
  append_json_message(call.message, line);
  line += '}';
  return line;
}

std::string timed_line(const char* name, TimeNs now_ns) {
  return fmt::format(R"({{"call":"{}","now_ns":{}}})", name, now_ns);
}

std::string load_line(std::string_view state) {
  std::string line = R"({"call":"load","state":")";
  append_base64(std::as_bytes(std::span(state.data(), state.size())), line);
  return line + "\"}";
}

std::string call_line(const char* name) { return fmt::format(R"({{"call":"{}"}})", name); }

}  // namespace dse
