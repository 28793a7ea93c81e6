#include "amqp/worker.h"

#include <utility>

namespace dse {

Worker::Worker(const Notifier& done) : notifier_(done), thread_([this] { work(); }) {}

Worker::~Worker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

std::uint64_t Worker::post(Job job) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return jobs_.size() < kJobsMax || error_ != nullptr; });
  if (error_ != nullptr) std::rethrow_exception(error_);
  jobs_.push_back(std::move(job));
  changed_.notify_all();
  return ++posted_;
}

std::uint64_t Worker::done() const {
  const std::lock_guard lock(mutex_);
  if (error_ != nullptr) std::rethrow_exception(error_);
  return done_;
}

void Worker::wait_all() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return done_ == posted_ || error_ != nullptr; });
  if (error_ != nullptr) std::rethrow_exception(error_);
}

void Worker::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (stopping_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    std::exception_ptr error;
    try {
      job();
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    ++done_;
    if (error != nullptr && error_ == nullptr) error_ = error;
    changed_.notify_all();
    notifier_.notify();
  }
}

}  // namespace dse
