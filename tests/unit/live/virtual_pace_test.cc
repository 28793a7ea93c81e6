// Virtual time beside the real one. Every case waits for events, never for a time.
#include "sim/live/virtual_pace.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "support/catch.h"

using namespace dse;

namespace {

constexpr TimeNs kSecond = kNanosecondsPerSecond;
constexpr TimeNs kDay = 86'400 * kSecond;

const std::atomic<bool> kNever{false};
void nothing() {}

// A thread that goes through virtual times as a world does, and can be asked how far it is.
class Walker {
 public:
  Walker(VirtualPace& pace, std::vector<TimeNs> times)
      : thread_([this, &pace, times = std::move(times)] {
          for (const TimeNs time_ns : times) {
            pace.wait_for(time_ns, interrupted_, [this, time_ns] { note_look(time_ns); });
            if (interrupted_) break;
            note_passed(time_ns);
          }
          note_end();
        }) {}
  ~Walker() {
    interrupted_ = true;
    thread_.join();
  }
  Walker(const Walker&) = delete;
  Walker& operator=(const Walker&) = delete;

  void interrupt() { interrupted_ = true; }
  // Returns when it waits for that time, and has looked around meanwhile.
  void await_waiting(TimeNs time_ns) {
    std::unique_lock lock(mutex_);
    const int seen = looks_;
    changed_.wait(lock, [&] { return waits_for_ == time_ns && looks_ >= seen + 3; });
  }
  void await_end() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ended_; });
  }
  std::vector<TimeNs> passed() {
    const std::lock_guard lock(mutex_);
    return passed_;
  }

 private:
  void note_look(TimeNs time_ns) {
    {
      const std::lock_guard lock(mutex_);
      waits_for_ = time_ns;
      ++looks_;
    }
    changed_.notify_all();
  }
  void note_passed(TimeNs time_ns) {
    const std::lock_guard lock(mutex_);
    passed_.push_back(time_ns);
  }
  void note_end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  TimeNs waits_for_ = -1;
  int looks_ = 0;
  bool ended_ = false;
  std::vector<TimeNs> passed_;
  std::atomic<bool> interrupted_{false};
  std::thread thread_;  // the last member: it uses all others
};

using Times = std::vector<TimeNs>;

}  // namespace

TEST_CASE("as fast as possible, nobody waits, and there is no time") {
  VirtualPace pace(0);
  CHECK(pace.now_ns() == INT64_MAX);
  Walker walker(pace, {0, kDay, INT64_MAX});
  walker.await_end();
  CHECK(walker.passed() == Times{0, kDay, INT64_MAX});
}

TEST_CASE("at a speed, no event comes before its time") {
  VirtualPace pace(2);
  const auto begun = std::chrono::steady_clock::now();
  pace.wait_for(0, kNever, nothing);
  pace.wait_for(20'000'000, kNever, nothing);
  CHECK(std::chrono::steady_clock::now() - begun >= std::chrono::milliseconds(10));
  CHECK(pace.now_ns() >= 20'000'000);
  CHECK(pace.state().speed == 2);
  CHECK_FALSE(pace.state().paused);
}

TEST_CASE("a run that is paused goes on where it was") {
  VirtualPace pace(1);
  pace.pause();
  Walker walker(pace, {0, kDay, 2 * kDay});
  walker.await_waiting(kDay);
  CHECK(walker.passed() == Times{0});
  CHECK(pace.now_ns() == 0);
  CHECK(pace.state().paused);
  pace.set_speed(0);
  walker.await_waiting(kDay);  // another speed does not make it go on
  pace.go_on();
  walker.await_end();
  CHECK(walker.passed() == Times{0, kDay, 2 * kDay});
}

TEST_CASE("a run that goes as fast as possible can be paused") {
  VirtualPace pace(0);
  pace.wait_for(kSecond, kNever, nothing);
  pace.pause();
  CHECK(pace.now_ns() == kSecond);
  Walker walker(pace, {kSecond, kSecond, kSecond + 1});
  walker.await_waiting(kSecond + 1);
  CHECK(walker.passed() == Times{kSecond, kSecond});
}

TEST_CASE("a step goes to the next time at which something happens, and through all of it") {
  VirtualPace pace(1);
  pace.pause();
  Walker walker(pace, {kSecond, kDay, kDay, 2 * kDay});
  walker.await_waiting(kSecond);
  CHECK(walker.passed() == Times{});
  pace.step();
  walker.await_waiting(kDay);
  CHECK(walker.passed() == Times{kSecond});
  CHECK(pace.now_ns() == kSecond);
  pace.step();
  walker.await_waiting(2 * kDay);
  CHECK(walker.passed() == Times{kSecond, kDay, kDay});
  CHECK(pace.state().paused);
}

TEST_CASE("a step pauses a run that goes on") {
  VirtualPace pace(1);
  Walker walker(pace, {kDay, 2 * kDay});
  walker.await_waiting(kDay);
  pace.step();
  walker.await_waiting(2 * kDay);
  CHECK(walker.passed() == Times{kDay});
  CHECK(pace.state().paused);
}

TEST_CASE("a step is not used up by what it is time for anyway") {
  VirtualPace pace(0);
  pace.wait_for(20, kNever, nothing);
  pace.pause();
  pace.step();
  pace.wait_for(20, kNever, nothing);
  std::atomic<bool> lost = false;
  int looks = 0;
  pace.wait_for(30, lost, [&] { lost = ++looks > 20; });
  CHECK_FALSE(lost);
}

TEST_CASE("another speed holds from the present virtual time on") {
  VirtualPace pace(1e-6);
  Walker walker(pace, {kSecond, kDay});
  walker.await_waiting(kSecond);
  CHECK(pace.now_ns() < kSecond);
  pace.set_speed(1e6);
  walker.await_end();
  pace.pause();
  const TimeNs now_ns = pace.now_ns();
  CHECK(now_ns >= kDay);
  pace.set_speed(1e-6);
  CHECK(pace.now_ns() == now_ns);
}

TEST_CASE("an interrupt ends every wait") {
  VirtualPace pace(1);
  Walker slow(pace, {kDay});
  slow.await_waiting(kDay);
  slow.interrupt();
  slow.await_end();
  CHECK(slow.passed().empty());

  VirtualPace paused(0);
  paused.pause();
  Walker still(paused, {kDay});
  still.await_waiting(kDay);
  still.interrupt();
  still.await_end();
  CHECK(still.passed().empty());
}

TEST_CASE("a thread that waits elsewhere is told when it is time") {
  VirtualPace pace(1);
  // Whether it is time now.
  const auto is_due = [&pace](TimeNs time_ns) {
    const auto due = pace.due(time_ns);
    return due <= std::chrono::steady_clock::now();
  };
  const auto now = std::chrono::steady_clock::now();
  CHECK(is_due(0));
  const auto in_a_day = pace.due(kDay);
  CHECK(in_a_day > now + std::chrono::minutes(10));
  pace.pause();
  CHECK(pace.due(kDay) > std::chrono::steady_clock::now() + std::chrono::minutes(10));
  CHECK_FALSE(pace.take_step());
  pace.step();
  CHECK(is_due(kDay));
  CHECK(pace.take_step());
  CHECK_FALSE(pace.take_step());
  pace.note(kDay);
  CHECK(pace.now_ns() == kDay);
  CHECK(is_due(kDay));
  pace.note(kSecond);  // time does not go back
  CHECK(pace.now_ns() == kDay);
}

TEST_CASE("many orders at once leave a run that can go on") {
  VirtualPace pace(1);
  Walker walker(pace, {1, 2, 3, kSecond, kDay});
  std::vector<std::thread> people;
  for (int person = 0; person < 3; ++person) {
    people.emplace_back([&pace] {
      for (int times = 0; times < 200; ++times) {
        pace.pause();
        pace.step();
        pace.set_speed(times % 2 == 0 ? 0 : 1);
        pace.go_on();
        pace.state();
        pace.now_ns();
      }
    });
  }
  for (std::thread& one : people) one.join();
  pace.set_speed(0);
  pace.go_on();
  walker.await_end();
  CHECK(walker.passed() == Times{1, 2, 3, kSecond, kDay});
}
