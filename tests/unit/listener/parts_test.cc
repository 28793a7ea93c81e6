// The small parts of a listener.
#include "listener/alive_bytes.h"
#include "listener/buffer_pool.h"
#include "listener/failed_logins.h"
#include "support/catch.h"

using namespace dse;
using namespace std::chrono_literals;

TEST_CASE("alive bytes: a payload counts until the last copy of it has gone") {
  int fallen = 0;
  AliveBytes alive(100, [&fallen] { ++fallen; });
  Payload payload = AliveBytes::payload_of("body", alive.reserve(4));
  CHECK(payload.size() == 4);
  Payload copy = payload;
  payload = {};
  CHECK(alive.count() == 4);
  copy = {};
  CHECK(alive.count() == 0);
  CHECK(fallen == 0);
}

TEST_CASE("alive bytes: the alarm ends when an eighth is free again") {
  int fallen = 0;
  AliveBytes alive(800, [&fallen] { ++fallen; });
  std::vector<AliveBytes::Share> shares;
  for (int i = 0; i < 8; ++i) shares.push_back(alive.reserve(100));
  CHECK_FALSE(alive.alarm());
  AliveBytes::Share last = alive.reserve(1);
  CHECK(alive.alarm());
  last = {};
  CHECK(fallen == 0);
  CHECK(alive.alarm());
  shares.pop_back();
  CHECK(fallen == 1);
  CHECK_FALSE(alive.alarm());
}

TEST_CASE("alive bytes: a body may outlive what counts it") {
  int fallen = 0;
  Payload payload;
  {
    AliveBytes alive(1, [&fallen] { ++fallen; });
    payload = AliveBytes::payload_of("body", alive.reserve(4));
    CHECK(alive.alarm());
  }
  payload = {};
  CHECK(fallen == 0);
}

TEST_CASE("failed logins: the first few are free, then they take longer, up to a bound") {
  FailedLogins logins(500ms);
  for (int i = 0; i < 5; ++i) CHECK(logins.note("a", 1s) == 0ms);
  CHECK(logins.note("a", 1s) == 50ms);
  CHECK(logins.note("b", 1s) == 0ms);
  CHECK(logins.note("a", 2s) == 100ms);
  for (int i = 0; i < 100; ++i) logins.note("a", 3s);
  CHECK(logins.note("a", 4s) == 500ms);
  CHECK(logins.note("a", 65s) == 0ms);
}

TEST_CASE("failed logins: many addresses do not take memory without end") {
  FailedLogins logins(500ms);
  for (int i = 0; i < 3000; ++i) logins.note(std::to_string(i), std::chrono::seconds(i));
  CHECK(logins.note("0", 3000s) == 0ms);
}

TEST_CASE("buffers: one that was big goes to whoever needs one next") {
  BufferPool pool;
  std::string buffer(50'000, 'x');
  const char* room = buffer.data();
  pool.take_back(buffer);
  CHECK(buffer.capacity() < 100);
  std::string next;
  pool.lend(next);
  CHECK(next.empty());
  CHECK(next.data() == room);
}

TEST_CASE("buffers: what nobody needs is freed") {
  BufferPool pool;
  for (int i = 0; i < 100; ++i) {
    std::string buffer(50'000, 'x');
    pool.take_back(buffer);
    CHECK(buffer.capacity() < 100);
  }
  std::string huge(1'000'000, 'x');
  pool.take_back(huge);
  CHECK(huge.capacity() < 100);
}
