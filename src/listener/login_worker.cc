#include "listener/login_worker.h"

#include <csignal>
#include <utility>

namespace dse {

LoginWorker::LoginWorker() : thread_(start_quiet_thread([this] { work(); })) {}

LoginWorker::~LoginWorker() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
  }
  added_.notify_one();
  thread_.join();
}

void LoginWorker::add(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  added_.notify_one();
}

void LoginWorker::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    added_.wait(lock, [this] { return is_ending_ || !jobs_.empty(); });
    if (is_ending_) return;
    const std::function<void()> job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job();
    lock.lock();
  }
}

std::thread start_quiet_thread(std::function<void()> work) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  // The new thread begins with the mask of this one.
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread(std::move(work));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace dse
