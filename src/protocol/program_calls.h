// The lines of calls to programs (docs/program-protocol.md), without line ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/message.h"
#include "dse/time.h"

namespace dse {

struct ProgramLearnerOptions;

// The most bytes of a line, in both directions; and of a payload or a block of images whose call still fits,
// base64 and all.
inline constexpr std::size_t kLineBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kBlockBytesMax = kLineBytesMax / 4 * 3 - (1 << 18);

struct ProgramStart {
  std::string component;
  std::uint64_t seed = 0;
  TimeNs now_ns = 0;
  std::optional<std::string> from;
  std::uint32_t prefetch = 0;
  std::vector<std::string> to;
  std::string options;  // JSON
};

std::string start_line(const ProgramStart& start);
std::string learner_start_line(const ProgramLearnerOptions& options);
// "deliver", "returned", "confirmed"
struct MessageCall {
  const char* name = "";
  TimeNs now_ns = 0;
  const Message& message;
  std::optional<bool> redelivered = {};
  std::optional<bool> accepted = {};
};
std::string message_line(const MessageCall& call);
// "resume", "finish"
std::string timed_line(const char* name, TimeNs now_ns);
std::string load_line(std::string_view state);
// A call without members.
std::string call_line(const char* name);

}  // namespace dse
