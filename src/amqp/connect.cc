#include "amqp/connect.h"

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "core/error.h"

namespace dse {
namespace {

constexpr std::chrono::milliseconds kBetweenLooks{20};

// What the thread that connects and the one that waits for it share; the last one to leave takes it away.
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

}  // namespace

std::unique_ptr<Connection> connect(const ConnectionOptions& options, const std::function<bool()>& given_up) {
  const auto attempt = std::make_shared<Attempt>();
  std::thread([attempt, options] { make_connection(*attempt, options); }).detach();
  std::unique_lock lock(attempt->mutex);
  while (!attempt->done) {
    if (given_up()) throw Interrupted();
    attempt->changed.wait_for(lock, kBetweenLooks);
  }
  if (attempt->error != nullptr) std::rethrow_exception(attempt->error);
  return std::move(attempt->connection);
}

std::unique_ptr<Connection> connect(const ConnectionOptions& options) {
  return connect(options, [&options] { return options.interrupted != nullptr && *options.interrupted; });
}

}  // namespace dse
