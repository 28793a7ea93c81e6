#include "sim/strands.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace dse {
namespace {

// Jobs are as short as a few microseconds and waking a thread costs as much, so who finds nothing to do looks
// again this often, for some 50 us in all, before it sleeps.
constexpr unsigned kSpinsMax = 1000;

void pause_a_little() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#else
  std::this_thread::yield();
#endif
}

}  // namespace

Strands::Strands(unsigned threads) {
  DSE_CHECK(threads >= 1, "no threads");
  // With more threads than processors a spinning thread keeps a working one waiting.
  if (threads <= std::thread::hardware_concurrency()) spins_max_ = kSpinsMax;
  for (unsigned worker = 1; worker < threads; ++worker) workers_.emplace_back([this] { work(); });
}

Strands::~Strands() {
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  work_there_.notify_all();
  workers_.clear();  // joins
}

StrandIndex Strands::add() {
  const Lock lock(mutex_);
  strands_.push_back(std::make_unique<Strand>());
  return static_cast<StrandIndex>(strands_.size() - 1);
}

void Strands::work() {
  Lock lock(mutex_);
  for (;;) {
    spin_until(lock, [this] { return ready_count_.load(std::memory_order_relaxed) > 0; });
    ++sleeping_workers_;
    work_there_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    --sleeping_workers_;
    if (stopping_) return;
    Strand& strand = *ready_.front();
    ready_.pop_front();
    --ready_count_;
    run_one(lock, strand);
    if (caller_sleeps_) job_done_.notify_one();
  }
}

// Returns with the mutex held, when the condition held without it or the patience is over.
template <typename Condition>
void Strands::spin_until(Lock& lock, Condition condition) const {
  if (spins_max_ == 0) return;
  lock.unlock();
  for (unsigned spin = 0; spin < spins_max_ && !condition(); ++spin) pause_a_little();
  lock.lock();
}

void Strands::make_ready(Strand& strand) {
  ready_.push_back(&strand);
  ++ready_count_;
}

// The strand has a job, is not running and is not in ready_.
void Strands::run_one(Lock& lock, Strand& strand) {
  strand.running = true;
  {
    const std::function<void()> job = std::move(strand.jobs.front());
    strand.jobs.pop_front();
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
  if (!strand.jobs.empty()) make_ready(strand);
}

void Strands::help_or_wait(Lock& lock, Strand& wanted) {
  const auto at = std::find(ready_.begin(), ready_.end(), &wanted);
  if (at != ready_.end()) {
    ready_.erase(at);
    --ready_count_;
    run_one(lock, wanted);
    return;
  }
  const JobTicket done = wanted.done;
  spin_until(lock, [&wanted, done] { return wanted.done.load(std::memory_order_relaxed) != done; });
  caller_sleeps_ = true;
  job_done_.wait(lock, [&wanted, done] { return wanted.done != done; });
  caller_sleeps_ = false;
}

JobTicket Strands::post(StrandIndex index, std::function<void()> job) {
  Lock lock(mutex_);
  Strand& strand = *strands_[index];
  while (strand.jobs.size() >= kJobsMax) help_or_wait(lock, strand);
  strand.jobs.push_back(std::move(job));
  if (!strand.running && strand.jobs.size() == 1) {
    make_ready(strand);
    if (sleeping_workers_ > 0) work_there_.notify_one();
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
  for (StrandIndex index = 0; index < strands_.size(); ++index) wait(index, strands_[index]->posted);
}

}  // namespace dse
