// One thread that does jobs in order. The number of waiting jobs is bounded.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "amqp/notifier.h"
#include "sdk/link.h"

namespace dse {

class Worker {
 public:
  static constexpr std::size_t kJobsMax = 64;

  // Notifies `done`, which must outlive this, after each job.
  explicit Worker(const Notifier& done);
  // Jobs that have not begun are dropped.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Blocks while too many jobs wait. Returns the job's number, from 1. Throws what a job has
  // thrown.
  std::uint64_t post(Job job);
  // Returns the number of jobs done. Throws what a job has thrown.
  std::uint64_t done() const;
  // Returns when every job is done. Throws what a job has thrown.
  void wait_all();

 private:
  void work();

  const Notifier& notifier_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> jobs_;
  std::uint64_t posted_ = 0;
  std::uint64_t done_ = 0;
  bool stopping_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

}  // namespace dse
