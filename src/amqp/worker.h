// One thread that does jobs in order. A bounded number of them wait.
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

  // `done` is notified after each job; it must outlive this.
  explicit Worker(const Notifier& done);
  // Jobs that have not begun are dropped.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Waits while too many jobs wait. Returns the job's number, from 1. Throws what a job has thrown.
  std::uint64_t post(Job job);
  // How many jobs are done. Throws what a job has thrown.
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
