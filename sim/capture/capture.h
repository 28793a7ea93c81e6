// A capture: what came into an attached run from outside, so that the run can be repeated without a real
// broker. docs/capture-format.md describes the file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "door/client_command.h"
#include "dse/message.h"
#include "dse/time.h"
#include "sim/scenario/data_files.h"
#include "sim/scenario/scenario.h"

namespace dse {

// The format that is written; those before it are read as well, and written where a capture of such a format
// is copied.
inline constexpr std::uint32_t kCaptureFormat = 3;
// The format of a run that clients of a listener took part in: it has their commands as well.
inline constexpr std::uint32_t kClientsFormat = 4;
// This format has no digests of data, and identifies the scenario by its text.
inline constexpr std::uint32_t kFirstCaptureFormat = 1;

// Which run the capture is from.
struct CaptureHeader {
  std::uint32_t format = kCaptureFormat;
  std::string scenario;             // file name; "": of no run, see of_no_run()
  std::uint64_t scenario_hash = 0;  // Scenario::hash; in the first format Scenario::text_hash
  std::uint64_t seed = 0;
  std::uint64_t ordering = 0;  // order of simultaneous events
  std::string version;         // that of dse
  std::vector<std::string> imports;
  DataDigests data;  // empty in the first format

  bool operator==(const CaptureHeader&) const = default;
  // Whether its messages were put together by hand, for any scenario that has imports of these names: only
  // they, and the version, say something then.
  bool of_no_run() const { return scenario.empty(); }
};

// The header for a run of the scenario by this program, which has read `data`.
CaptureHeader capture_header(const Scenario& scenario, const DataDigests& data, std::uint64_t seed,
                             std::uint64_t ordering);

// What came in from outside: a message of an import, or what a client of a listener did. They are in the
// order in which they were handed in.
struct CapturedMessage {
  std::size_t import = 0;                     // its place in the header
  TimeNs time_ns = 0;                         // as in World::import and World::hand_in
  MessagePtr message;                         // null for a command, but for a publication
  std::optional<ClientCommand> command = {};  // what a client did
};

// The file's first bytes, see docs/capture-format.md.
inline constexpr std::string_view kCaptureMagic = "dse capture\n";
enum class CaptureRecord : std::uint8_t { kHeader = 1, kMessage = 2, kEnd = 3, kCommand = 4 };
// The checksum of a record, which covers those before it as well; `before` is that of the previous record, or
// 0.
std::uint64_t capture_checksum(std::uint64_t before, std::string_view body);

}  // namespace dse
