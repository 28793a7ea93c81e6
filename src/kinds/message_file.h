// The messages of a JSONL file, one at a time and in constant memory (docs/jsonl.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dataset/line_reader.h"
#include "dse/error.h"
#include "protocol/json.h"
#include "protocol/message_line.h"

namespace dse {

// Every failure is an InputError that names the file and, where there are any, line and column: what
// LineReader and parse_json_line refuse, a line that is no message, a time before that of an earlier line,
// and a line that says how a capture begins or ends where it cannot stand. One thread at a time.
class MessageFile {
 public:
  // `takes_clients`: also lines that say what clients of a listener did; otherwise they are passed over.
  explicit MessageFile(const std::string& path, bool takes_clients = false);

  // The next message; empty at the end of the file.
  std::optional<MessageLine> next();
  // What the file says of the run from which its messages are, on its first line; null when it says nothing.
  // Known after the first call of next().
  const Json& capture() const { return capture_; }
  // When that run ended. Known after next() returned nothing.
  const std::optional<TimeNs>& end_ns() const { return end_ns_; }

  const std::string& path() const { return lines_.path(); }
  // XXH3 of the file on disk; only after next() returned nothing.
  std::uint64_t digest() { return lines_.digest(); }
  // The line that was read last.
  InputPlace place() const { return lines_.place(); }
  [[noreturn]] void refuse(const std::string& text) const { throw InputError(place(), text); }

 private:
  Json parse() const;
  std::optional<MessageLine> take(const Json& json);
  void take_end(const Json& json);
  void require_order(TimeNs time_ns, const char* what);

  LineReader lines_;
  bool takes_clients_;
  bool begun_ = false;
  Json capture_;
  std::optional<TimeNs> end_ns_;
  TimeNs last_ns_ = 0;
};

}  // namespace dse
