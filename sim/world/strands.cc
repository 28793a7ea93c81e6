#include "sim/world/strands.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/check.h"
#include "dse/error.h"

namespace dse {
namespace {

// Jobs can be as short as a few microseconds, and waking a thread costs as much. So a thread that
// finds nothing to do looks again this many times, for about 50 us in all, before it sleeps.
constexpr unsigned kSpinsMax = 1000;

void pause_a_little() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

Strands::Strands(unsigned threads) : threads_(threads) {
  DSE_CHECK(threads >= 1, "no threads");
  // With more threads than processors a spinning thread keeps a working one waiting.
  if (threads <= std::thread::hardware_concurrency()) spins_max_ = kSpinsMax;
  start_workers(threads - 1);
}

Strands::~Strands() { stop(); }

// The vector of workers does not move while one of them looks for its own.
void Strands::start_workers(std::size_t count) {
  Lock lock(mutex_);
  const std::size_t first = workers_.size();
  for (std::size_t i = 0; i < count; ++i) workers_.push_back(std::make_unique<Worker>());
  try {
    for (std::size_t i = first; i < workers_.size(); ++i) {
      Worker& worker = *workers_[i];
      worker.thread = std::jthread([this, number = static_cast<ThreadNumber>(i + 1)] { work(number); });
    }
  } catch (const std::system_error& error) {
    lock.unlock();
    stop();
    throw RunError(fmt::format("cannot start {} threads: {}; use fewer with --threads, or fewer programs",
                               workers_.size() + 1, error.code().message()));
  }
}

// The workers are joined when the members are destroyed.
void Strands::stop() {
  const Lock lock(mutex_);
  stopping_ = true;
  for (const auto& worker : workers_) call(*worker);
}

StrandIndex Strands::add(const StrandOptions& options) {
  if (options.waits) start_workers(1);
  const Lock lock(mutex_);
  DSE_CHECK(!homes_chosen_, "a strand is added after the first job");
  auto strand = std::make_unique<Strand>();
  strand->job_cost = options.job_cost;
  strand->waits = options.waits;
  if (options.waits) {
    workers_.back()->of_one_strand = true;
    strand->home = static_cast<ThreadNumber>(workers_.size());
  }
  return strands_.push_back(std::move(strand));
}

// Assigns the costliest strand first, each to the thread with the least work so far; among equals
// to the last, because the calling thread has more to do than jobs.
void Strands::choose_homes() {
  homes_chosen_ = true;
  std::vector<Strand*> by_cost;
  for (const auto& strand : strands_) {
    if (!strand->waits) by_cost.push_back(strand.get());
  }
  std::stable_sort(by_cost.begin(), by_cost.end(),
                   [](const Strand* a, const Strand* b) { return a->job_cost > b->job_cost; });
  std::vector<std::uint64_t> load(threads_);
  for (Strand* strand : by_cost) {
    const auto least = std::min_element(load.rbegin(), load.rend());
    *least += strand->job_cost;
    strand->home = static_cast<ThreadNumber>(load.rend() - least - 1);
  }
}

void Strands::work(ThreadNumber self) {
  Lock lock(mutex_);
  Worker& worker = *workers_[self - 1];
  while (!stopping_) {
    if (Strand* strand = take_ready(self)) {
      worker.busy = true;
      run_one(lock, *strand);
      worker.busy = false;
      if (caller_asleep_) job_done_.notify_one();
      continue;
    }
    const std::uint64_t seen = worker.calls;
    const auto called = [&worker, seen] { return worker.calls.load(std::memory_order_relaxed) != seen; };
    if (!worker.of_one_strand) spin_until(lock, called);
    worker.asleep = true;
    worker.wake.wait(lock, called);
    worker.asleep = false;
  }
}

// Removes from the ready strands one that this worker should run and returns it; null if there is
// none.
Strands::Strand* Strands::take_ready(ThreadNumber self) {
  auto at = std::find_if(ready_.begin(), ready_.end(),
                         [self](const Strand* strand) { return strand->home == self; });
  if (at == ready_.end() && !workers_[self - 1]->of_one_strand)
    at = std::find_if(ready_.begin(), ready_.end(), [](const Strand* strand) { return strand->late(); });
  if (at == ready_.end()) return nullptr;
  Strand* strand = *at;
  ready_.erase(at);
  return strand;
}

void Strands::call(Worker& worker) {
  ++worker.calls;
  if (worker.asleep) worker.wake.notify_one();
}

// Called when a strand has become ready, or has one more job waiting.
void Strands::call_for(const Strand& strand) {
  if (strand.home > 0) call(*workers_[strand.home - 1]);
  if (!strand.late()) return;
  for (const auto& worker : workers_) {
    if (!worker->busy && !worker->of_one_strand) return call(*worker);
  }
}

// The strand must have a job, not be running and not be in ready_.
void Strands::run_one(Lock& lock, Strand& strand) {
  strand.running = true;
  {
    const std::function<void()> job = strand.jobs.pop_front();
    lock.unlock();
    std::exception_ptr error;
    try {
      job();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error && !strand.error) strand.error = error;
  }
  strand.running = false;
  ++strand.done;
  if (!strand.jobs.empty()) ready_.push_back(&strand);
}

// Returns with the mutex held, once the condition was true without it or after enough spins.
template <typename Condition>
void Strands::spin_until(Lock& lock, Condition condition) const {
  if (spins_max_ == 0) return;
  lock.unlock();
  for (unsigned spin = 0; spin < spins_max_ && !condition(); ++spin) pause_a_little();
  lock.lock();
}

// Waking the home thread takes longer than most jobs, and much longer when its processor has other work.
bool Strands::caller_should_run(const Strand& strand) const {
  if (strand.home == 0 || strand.waits || strand.late()) return true;
  const Worker& home = *workers_[strand.home - 1];
  return home.busy || home.asleep;
}

// Finds what the calling thread should run while it waits: the wanted strand, or else another one
// of its own.
std::deque<Strands::Strand*>::iterator Strands::find_for_caller(const Strand& wanted) {
  const auto at = std::find(ready_.begin(), ready_.end(), &wanted);
  if (at != ready_.end() && caller_should_run(wanted)) return at;
  return std::find_if(ready_.begin(), ready_.end(), [](const Strand* strand) { return strand->home == 0; });
}

void Strands::take_and_run(Lock& lock, std::deque<Strand*>::iterator at) {
  Strand& strand = **at;
  ready_.erase(at);
  run_one(lock, strand);
}

void Strands::help_or_wait(Lock& lock, Strand& wanted) {
  const auto at = find_for_caller(wanted);
  if (at != ready_.end()) return take_and_run(lock, at);
  // The strand's home thread runs it, or is about to.
  if (!wanted.running) call_for(wanted);
  const JobTicket done = wanted.done;
  const auto moved_on = [&wanted, done] { return wanted.done.load(std::memory_order_relaxed) != done; };
  if (!wanted.waits) spin_until(lock, moved_on);
  if (moved_on()) return;
  // A thread that was about to run it all this time has no processor.
  const auto left = std::find(ready_.begin(), ready_.end(), &wanted);
  if (left != ready_.end()) return take_and_run(lock, left);
  caller_asleep_ = true;
  job_done_.wait(lock, moved_on);
  caller_asleep_ = false;
}

JobTicket Strands::post(StrandIndex index, std::function<void()> job, Urgency urgency) {
  Lock lock(mutex_);
  if (!homes_chosen_) choose_homes();
  Strand& strand = *strands_[index];
  if (strand.error) std::rethrow_exception(strand.error);
  while (strand.jobs.size() >= kJobsMax) help_or_wait(lock, strand);
  strand.jobs.push_back(std::move(job));
  if (!strand.running) {
    if (strand.jobs.size() == 1) ready_.push_back(&strand);
    if (urgency == Urgency::kWhenever || !strand.waits) call_for(strand);
  }
  return ++strand.posted;
}

void Strands::wait(StrandIndex index, JobTicket ticket) {
  Lock lock(mutex_);
  Strand& strand = *strands_[index];
  while (strand.done < ticket) help_or_wait(lock, strand);
  if (strand.error) std::rethrow_exception(strand.error);
}

void Strands::wait_all() {
  std::exception_ptr first;
  for (StrandIndex index; index != strands_.next(); ++index) {
    try {
      wait(index, strands_[index]->posted);
    } catch (...) {
      if (!first) first = std::current_exception();
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace dse
