// Strands: one bounded FIFO of jobs per component, run by a few threads, one job of a strand at a time.
//
// What a job computes depends only on the jobs before it in its strand, never on which thread runs it or
// when; so the thread that decides may wait for any job, and the result is the same on 1 thread or 64.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace dse {

using StrandIndex = std::uint32_t;
// The how-manieth job of its strand, from 1.
using JobTicket = std::uint64_t;

class Strands {
 public:
  // The most jobs that wait in one strand; post() then lends a hand first.
  static constexpr std::size_t kJobsMax = 64;

  // `threads` counts the calling thread, which works whenever it waits; 1 starts no other.
  explicit Strands(unsigned threads);
  // Jobs that have not started are dropped.
  ~Strands();
  Strands(const Strands&) = delete;
  Strands& operator=(const Strands&) = delete;

  // All calls below come from the thread that made this object.
  StrandIndex add();
  JobTicket post(StrandIndex strand, std::function<void()> job);
  // Returns when that job is done. Throws what a job of the strand threw.
  void wait(StrandIndex strand, JobTicket ticket);
  // Returns when every job is done.
  void wait_all();

 private:
  struct Strand {
    std::deque<std::function<void()>> jobs;
    JobTicket posted = 0;
    std::atomic<JobTicket> done{0};  // written under the mutex; read without it while spinning
    bool running = false;
    std::exception_ptr error;
  };
  using Lock = std::unique_lock<std::mutex>;

  void work();
  void run_one(Lock& lock, Strand& strand);
  void make_ready(Strand& strand);
  void help_or_wait(Lock& lock, Strand& wanted);
  template <typename Condition>
  void spin_until(Lock& lock, Condition condition) const;

  std::mutex mutex_;
  std::condition_variable work_there_;
  std::condition_variable job_done_;
  std::vector<std::unique_ptr<Strand>> strands_;
  std::deque<Strand*> ready_;  // with jobs, none of them running; in the order they became so
  std::atomic<std::size_t> ready_count_{0};  // ready_.size(); read without the mutex while spinning
  std::size_t sleeping_workers_ = 0;
  bool caller_sleeps_ = false;
  bool stopping_ = false;
  unsigned spins_max_ = 0;
  std::vector<std::jthread> workers_;
};

}  // namespace dse
