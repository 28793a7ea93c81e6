// A thread that does what takes long before a login is decided: hashing a password. One at a time, so that
// logins cost the machine no more than one core.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace dse {

class LoginWorker {
 public:
  LoginWorker();
  // Finishes the job that is being done, and drops the others.
  ~LoginWorker();
  LoginWorker(const LoginWorker&) = delete;
  LoginWorker& operator=(const LoginWorker&) = delete;

  void add(std::function<void()> job);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable added_;
  std::deque<std::function<void()>> jobs_;
  bool is_ending_ = false;
  std::thread thread_;
};

// Starts a thread that no signal of the process interrupts: those are for the thread that waits for them.
std::thread start_quiet_thread(std::function<void()> work);

}  // namespace dse
