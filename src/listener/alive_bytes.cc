#include "listener/alive_bytes.h"

#include <atomic>
#include <mutex>
#include <span>
#include <utility>

namespace dse {

struct AliveBytes::Counter {
  std::atomic<std::uint64_t> bytes{0};
  std::uint64_t low_bytes = 0;
  std::atomic<bool> awaited{false};  // somebody is to be told once the bytes have fallen
  std::mutex mutex;                  // guards `fallen`, which the owner takes away
  std::function<void()> fallen;

  void subtract(std::uint64_t count) {
    const std::uint64_t left = bytes.fetch_sub(count) - count;
    if (left > low_bytes || !awaited.load() || !awaited.exchange(false)) return;
    const std::lock_guard lock(mutex);
    if (fallen) fallen();
  }
};

AliveBytes::AliveBytes(std::uint64_t limit_bytes, std::function<void()> fallen)
    : limit_bytes_(limit_bytes), counter_(std::make_shared<Counter>()) {
  counter_->low_bytes = limit_bytes - limit_bytes / 8;
  counter_->fallen = std::move(fallen);
}

AliveBytes::~AliveBytes() {
  const std::lock_guard lock(counter_->mutex);
  counter_->fallen = nullptr;
}

bool AliveBytes::alarm() {
  if (counter_->bytes.load() <= (alarm_ ? counter_->low_bytes : limit_bytes_)) {
    alarm_ = false;
    return false;
  }
  alarm_ = true;
  counter_->awaited = true;
  // They may have fallen before anybody knew that it is awaited.
  if (counter_->bytes.load() > counter_->low_bytes) return true;
  counter_->awaited = false;
  alarm_ = false;
  return false;
}

std::uint64_t AliveBytes::count() const { return counter_->bytes.load(); }

AliveBytes::Share::Share(std::shared_ptr<Counter> counter, std::uint64_t bytes)
    : counter_(std::move(counter)), bytes_(bytes) {
  counter_->bytes.fetch_add(bytes_);
}

AliveBytes::Share::~Share() {
  if (counter_ != nullptr) counter_->subtract(bytes_);
}

AliveBytes::Share::Share(Share&& other) noexcept
    : counter_(std::move(other.counter_)), bytes_(std::exchange(other.bytes_, 0)) {}

AliveBytes::Share& AliveBytes::Share::operator=(Share&& other) noexcept {
  std::swap(counter_, other.counter_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

Payload AliveBytes::payload_of(std::string bytes, Share share) {
  struct Body {
    Share share;
    std::string bytes;
  };
  auto body = std::make_shared<Body>(Body{std::move(share), std::move(bytes)});
  const std::span<const char> held(body->bytes);
  return Payload(std::move(body), std::as_bytes(held));
}

}  // namespace dse
