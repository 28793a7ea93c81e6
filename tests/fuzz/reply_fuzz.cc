// Feeds what programs reply in other languages, as libFuzzer invents it, to everything that reads a
// reply: it is refused with a ProtocolError that fits into a message, or taken; what is taken can
// be said again, and means the same. The first byte chooses the call. Built with clang and
// -fsanitize=fuzzer,address,undefined; see the target reply_fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/printable.h"
#include "protocol/program_message.h"
#include "protocol/program_reply.h"
#include "protocol/program_values.h"

namespace {

using namespace dse;

void require(bool holds) {
  if (!holds) std::abort();
}

// A message as a program would get it, were it sent back to one.
void check_said_again(const MessageFields& fields) {
  const MessagePtr message = make_message(MessageFields(fields));
  if (!is_sayable(*message)) return;
  std::string line;
  append_json_message(*message, line);
  require(is_utf8(line) && line.find('\n') == std::string::npos);
  const MessageFields again = read_whole_message(Json::parse(line));
  std::string second;
  append_json_message(*make_message(MessageFields(again)), second);
  require(second == line);
}

void read_any_steps(std::string_view line, unsigned rules) {
  static const std::vector<std::string> may_write = {"out", "a"};
  static const std::vector<std::string> metrics = {"loss"};
  const std::vector<ReplyStep> steps = read_steps(line, {.may_write = may_write,
                                                         .metrics = metrics,
                                                         .reads = (rules & 1) != 0,
                                                         .streams = (rules & 2) != 0,
                                                         .handling = (rules & 4) != 0,
                                                         .note = (rules & 8) != 0 ? "returned" : nullptr});
  Hasher hasher;
  for (const ReplyStep& step : steps) {
    add_to_hash(hasher, step);
    if (const auto* write = std::get_if<WriteStep>(&step)) check_said_again(write->message);
  }
}

void read_any_predictions(std::string_view line, std::size_t count) {
  constexpr int kClasses = 3;
  for (const Prediction& one : read_predictions(line, {.count = count, .classes = kClasses}).each) {
    require(one.label >= 0 && one.label < kClasses);
    require(one.confidence >= 0 && one.confidence <= 1);
  }
}

void read(std::string_view line, unsigned call) {
  if (call < 16) return read_any_steps(line, call);
  if (call < 20) return read_any_predictions(line, call - 16);
  if (call == 20) read_finish(line, {"loss", ""});
  if (call == 21) read_state(line);
  if (call == 22) read_digest(line);
  if (call == 23) read_nothing(line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view line(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::size_t kErrorBytesMax = 1000;
  try {
    read(line, data[0] % 24U);
  } catch (const ProtocolError& error) {
    require(std::string_view(error.what()).size() <= kErrorBytesMax);
  }
  return 0;
}
