#include "sim/conform/timed_cases.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "sim/conform/broker_run.h"
#include "sim/conform/process_run.h"

namespace dse {
namespace {

constexpr int kTriesMax = 5;
// A difference counts when it is seen so often in turn: the broker of a busy machine may take longer than we
// have patience for, and then what it has done is not there yet.
constexpr int kDifferencesMin = 4;
// Less than the time for the operations of a step.
constexpr std::chrono::milliseconds kPatience{200};

Comparison compare_in_time(const ConformCase& drawn, const MakeSide& on_broker) {
  const MakeSide in_process = [] { return std::make_unique<ProcessRun>(); };
  for (int tries = 0; tries < kTriesMax; ++tries) {
    try {
      return compare(drawn, in_process, on_broker, kPatience);
    } catch (const TooLate&) {
      continue;
    }
  }
  return {};
}

}  // namespace

CompareCase compare_timed_with(CaseClients& clients) {
  return [on_broker = broker_runs(clients)](const ConformCase& drawn) {
    Comparison comparison = compare_in_time(drawn, on_broker);
    for (int seen = 1; comparison.differs && seen < kDifferencesMin; ++seen)
      comparison = compare_in_time(drawn, on_broker);
    return comparison;
  };
}

TimedCases compare_timed(const TimedRange& range, const MakeConnection& make_connection,
                         const std::atomic<bool>& interrupted) {
  TimedCases found;
  std::exception_ptr failure;
  std::mutex mutex;  // guards these two
  std::atomic<std::uint64_t> next{0};
  std::atomic<bool> ends{false};
  const auto compare_some = [&] {
    CaseClients clients(make_connection);
    const CompareCase run = compare_timed_with(clients);
    while (!ends.load() && !interrupted.load()) {
      const std::uint64_t at = next.fetch_add(1);
      if (at >= range.cases) return;
      const std::uint64_t number = range.first + at;
      Comparison comparison = run(draw_timed_case(range.seed, number));
      const std::lock_guard lock(mutex);
      ++found.done;
      if (comparison.steps.empty()) ++found.too_slow;
      if (!comparison.differs) continue;
      ends.store(true);
      if (!found.different) found.different.emplace(number, std::move(comparison));
    }
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t count = std::min(range.side_by_side, range.cases); count > 0; --count) {
      threads.emplace_back([&] {
        try {
          compare_some();
        } catch (...) {
          const std::lock_guard lock(mutex);
          failure = std::current_exception();
          ends.store(true);
        }
      });
    }
  }
  if (failure) std::rethrow_exception(failure);
  return found;
}

}  // namespace dse
