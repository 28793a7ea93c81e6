// Strands: one bounded FIFO of jobs per component, run by a few threads, one job of a strand at a
// time.
//
// What a job computes depends only on the jobs before it in its strand, never on which thread runs
// it or when; so the deciding thread may wait for any job, and the result is the same on 1 thread
// or 64.
//
// A strand has a home thread, which runs its jobs unless it falls behind: a learner's state lies in
// the caches of the processor that ran it last, and fetching it costs as much as a job.
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

#include "dse/index.h"
#include "dse/ring_buffer.h"

namespace dse {

using StrandIndex = Index<struct StrandKind>;
// The number of a job within its strand, counted from 1.
using JobTicket = std::uint64_t;

struct StrandOptions {
  unsigned job_cost = 0;  // the work of its jobs, relative to those of other strands
  // Its jobs mostly wait for another process. So the strand has a thread of its own, which takes no
  // other jobs: it costs no processor, and the other processes run side by side.
  bool waits = false;
};

// When a job is wanted.
enum class Urgency {
  kWhenever,  // a thread takes it as soon as one is free
  kAtOnce,    // the caller waits for it at once, and runs it itself unless its strand is busy
};

class Strands {
 public:
  // The most jobs that wait in one strand; at that number post() first helps or waits.
  static constexpr std::size_t kJobsMax = 64;

  // `threads` includes the calling thread, which runs jobs whenever it waits; 1 starts no other
  // thread. Throws RunError when the system cannot start one.
  explicit Strands(unsigned threads);
  // Jobs that have not started are dropped.
  ~Strands();
  Strands(const Strands&) = delete;
  Strands& operator=(const Strands&) = delete;

  // All calls below come from the thread that made this object; every strand is added before the
  // first post.
  StrandIndex add(const StrandOptions& options);
  // Throws what an earlier job of the strand threw: nothing more can come of it.
  JobTicket post(StrandIndex strand, std::function<void()> job, Urgency urgency = Urgency::kWhenever);
  // Returns when this job is done. Throws what a job of the strand threw.
  void wait(StrandIndex strand, JobTicket ticket);
  // Returns when every job is done. Throws the first of what jobs threw.
  void wait_all();

 private:
  // 0 is the calling thread, the workers count from 1.
  using ThreadNumber = unsigned;
  // With this many waiting jobs, another thread may run one, unless they wait themselves.
  static constexpr std::size_t kLateJobs = 8;

  struct Strand {
    RingBuffer<std::function<void()>> jobs;
    JobTicket posted = 0;
    std::atomic<JobTicket> done{0};  // written under the mutex; read without it while spinning
    bool running = false;
    std::exception_ptr error;
    unsigned job_cost = 0;
    bool waits = false;
    ThreadNumber home = 0;

    bool late() const { return !waits && jobs.size() >= kLateJobs; }
  };
  struct Worker {
    bool of_one_strand = false;  // which waits
    bool busy = false;
    bool asleep = false;
    std::atomic<std::uint64_t> calls{0};  // changes when the worker should look again
    std::condition_variable wake;
    std::jthread thread;
  };
  using Lock = std::unique_lock<std::mutex>;

  void start_workers(std::size_t count);
  void stop();
  void choose_homes();
  void work(ThreadNumber self);
  void run_one(Lock& lock, Strand& strand);
  Strand* take_ready(ThreadNumber self);
  void call(Worker& worker);
  void call_for(const Strand& strand);
  bool caller_should_run(const Strand& strand) const;
  std::deque<Strand*>::iterator find_for_caller(const Strand& wanted);
  void take_and_run(Lock& lock, std::deque<Strand*>::iterator at);
  void help_or_wait(Lock& lock, Strand& wanted);
  template <typename Condition>
  void spin_until(Lock& lock, Condition condition) const;

  const unsigned threads_;
  std::mutex mutex_;
  IndexedVector<StrandIndex, std::unique_ptr<Strand>> strands_;
  std::deque<Strand*> ready_;  // have jobs and are not running; in the order in which they became so
  bool homes_chosen_ = false;
  bool stopping_ = false;
  unsigned spins_max_ = 0;
  bool caller_asleep_ = false;
  std::condition_variable job_done_;
  // Worker n is thread n + 1. Those of strands that wait come after the others.
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace dse
