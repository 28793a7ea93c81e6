// A scenario that a test in another language drives: one line in, one line out
// (docs/driver-protocol.md). Used by one thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dse/simulation.h"
#include "dse/tables.h"

namespace dse {

struct DriverSessionOptions {
  std::string scenario;  // its file
  std::vector<std::string> settings = {};
  std::optional<std::uint64_t> seed = {};
  std::optional<std::uint64_t> ordering = {};
  unsigned threads = 1;
  // Once it is true, a call throws Interrupted; it must outlive the session. Null: nothing does.
  const std::atomic<bool>* interrupted = nullptr;
};

class DriverSession {
 public:
  // The most bytes of a call, without the end of its line.
  static constexpr std::size_t kCallBytesMax = std::size_t{64} << 20;

  // Reads the scenario and its data. Throws InputError when they are wrong. `tables` must outlive
  // the session.
  DriverSession(const DriverSessionOptions& options, const Tables& tables);

  // Each returns a line, without its end: the one that comes unasked, the reply to a call, and the
  // reply to one that is longer than kCallBytesMax. A call that makes no sense or fails has a reply
  // like any other; only Interrupted is thrown, once the user wants the process to end.
  std::string greeting() const;
  std::string answer(std::string_view call);
  std::string refuse_long_call() const;

 private:
  std::string refusal(const char* kind, std::string_view error) const;
  std::string ending(const char* kind, const std::string& error, const std::string& call);

  Simulation simulation_;
  std::string over_;  // why nothing more can be called; "" while the simulation goes on
};

}  // namespace dse
