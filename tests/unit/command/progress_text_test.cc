// What the line on a terminal says of work that goes on.
#include "sim/command/progress_text.h"

#include "support/catch.h"

using namespace dse;

TEST_CASE("a line of a run tells its share, its time, its speed, what is left and its models' accuracy") {
  const Glimpse glimpse{.virtual_time_ns = 1'300'000'000,
                        .events = 500'000,
                        .deliveries = 150'000,
                        .share_done = 0.429,
                        .accuracies = {{"lenet", 0.9673}, {"softmax", 0.912}}};
  CHECK(run_line(glimpse, {.seconds = 1.5, .messages_per_second = 108'400}) ==
        " 42 %  1.3 s virtual  108 k messages/s  2 s left  lenet 0.97  softmax 0.91");
}

TEST_CASE("a run whose end nobody knows tells its events") {
  CHECK(run_line({.virtual_time_ns = 5'000'000, .events = 500}, {.seconds = 1, .messages_per_second = 20}) ==
        "5.0 ms virtual  500 events  20 messages/s");
}

TEST_CASE("a share never reaches 100 % before the end") {
  CHECK_THAT(run_line({.share_done = 0.9999}, {}), Catch::Matchers::StartsWith(" 99 %"));
  CHECK_THAT(run_line({.share_done = 1}, {}), Catch::Matchers::StartsWith("100 %"));
}

TEST_CASE("what is left of work is told once its share says something") {
  CHECK(time_left(10, 0.001).empty());
  CHECK(time_left(0.1, 0.5).empty());
  CHECK(time_left(10, 1).empty());
  CHECK(time_left(10, 0.5) == "10 s");
  CHECK(time_left(10, 0.9) == "2 s");  // rounded up, so that it ends with 1 s and not with 0 s
  CHECK(time_left(10, 0.1) == "1 min 30 s");
  CHECK(time_left(1e12, 0.01) == "11574 d 2 h");
}

TEST_CASE("a line of many runs tells how many are done and have failed") {
  CHECK(work_line({.done = 12, .of = 64, .failed = 1, .what = "scenario"}, 3) ==
        "12 of 64 scenarios, 1 failed, 13 s left");
  CHECK(work_line({.done = 0, .of = 1}, 3) == "0 of 1 run");
  CHECK(work_line({.done = 1000, .of = 1000}, 3) == "1000 of 1000 runs");
  CHECK(work_line({}, 3) == "0 of 0 runs");
}

TEST_CASE("a line is cut between characters") {
  CHECK(first_columns("abc", 5) == "abc");
  CHECK(first_columns("abc", 2) == "ab");
  CHECK(first_columns("aüb", 2) == "aü");
  CHECK(first_columns("ü", 0).empty());
}
