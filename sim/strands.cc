#include "sim/strands.h"

#include <algorithm>
#include <utility>

#include "core/check.h"

namespace dse {

Strands::Strands(unsigned threads) {
  DSE_CHECK(threads >= 1, "no threads");
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
    work_there_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    if (stopping_) return;
    Strand& strand = *ready_.front();
    ready_.pop_front();
    run_one(lock, strand);
    job_done_.notify_one();
  }
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
  if (!strand.jobs.empty()) ready_.push_back(&strand);
}

void Strands::help_or_wait(Lock& lock, Strand& wanted) {
  const auto at = std::find(ready_.begin(), ready_.end(), &wanted);
  if (at != ready_.end()) {
    ready_.erase(at);
    run_one(lock, wanted);
  } else {
    job_done_.wait(lock);
  }
}

JobTicket Strands::post(StrandIndex index, std::function<void()> job) {
  Lock lock(mutex_);
  Strand& strand = *strands_[index];
  while (strand.jobs.size() >= kJobsMax) help_or_wait(lock, strand);
  strand.jobs.push_back(std::move(job));
  if (!strand.running && strand.jobs.size() == 1) {
    ready_.push_back(&strand);
    lock.unlock();
    work_there_.notify_one();
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
