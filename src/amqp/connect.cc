#include "amqp/connect.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "dse/error.h"

namespace dse {
namespace {

constexpr std::chrono::milliseconds kBetweenTries{20};

// State shared by the connecting thread and the one that waits for it; the last one to finish frees
// it.
struct Attempt {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false;
  std::unique_ptr<Connection> connection;
  std::exception_ptr error;
};

void make_connection(Attempt& attempt, const ConnectionOptions& options) {
  std::unique_ptr<Connection> connection;
  std::exception_ptr error;
  try {
    connection = std::make_unique<Connection>(options);
  } catch (...) {
    error = std::current_exception();
  }
  const std::lock_guard lock(attempt.mutex);
  attempt.connection = std::move(connection);
  attempt.error = error;
  attempt.done = true;
  attempt.changed.notify_one();
}

// Waits until the attempt is done; false when it was given up.
bool done_before(Attempt& attempt, const std::function<bool()>& given_up) {
  std::unique_lock lock(attempt.mutex);
  while (!attempt.done) {
    if (given_up()) return false;
    attempt.changed.wait_for(lock, kBetweenTries);
  }
  return true;
}

}  // namespace

std::unique_ptr<Connection> connect(const ConnectionOptions& options, const std::function<bool()>& given_up) {
  const auto attempt = std::make_shared<Attempt>();
  std::thread thread([attempt, options] { make_connection(*attempt, options); });
  if (!done_before(*attempt, given_up)) {
    thread.detach();
    throw Interrupted();
  }
  // A thread that is done still has to free what OpenSSL keeps for each thread; a process that
  // ended meanwhile would leak it.
  thread.join();
  if (attempt->error != nullptr) std::rethrow_exception(attempt->error);
  return std::move(attempt->connection);
}

std::unique_ptr<Connection> connect(const ConnectionOptions& options) {
  return connect(options, [&options] { return options.interrupted != nullptr && *options.interrupted; });
}

}  // namespace dse
