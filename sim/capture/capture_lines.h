// Captures as JSONL files, and back, without loss (docs/jsonl.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "sim/capture/capture.h"
#include "sim/capture/capture_reader.h"

namespace dse {

// Says the capture line by line, each without its end: from which run it is, each message, and when the run
// ended. With a count, only so many messages, and then no end. Throws what the reader throws.
void say_capture(CaptureReader& reader, std::optional<std::uint64_t> count,
                 const std::function<void(std::string_view line)>& say);

struct MadeCapture {
  std::uint64_t messages = 0;
  bool is_whole = true;  // whether it has an end
};
// Makes a capture of the lines in the file `path`. Lines that do not say from which run they are make a
// capture that fits each scenario with imports of their names; `import` is the name for lines that say none.
// Throws InputError before anything is written when the lines are wrong, and RunError when writing fails.
MadeCapture make_capture(const std::string& path, const std::optional<std::string>& import,
                         const std::string& capture);

}  // namespace dse
