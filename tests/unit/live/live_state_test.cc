#include "sim/live/live_state.h"

#include <thread>

#include "support/catch.h"

using namespace dse;

namespace {

ReportJson json_of(const std::optional<LiveState::Event>& event) {
  REQUIRE(event.has_value());
  return ReportJson::parse(event->json);
}

std::string name_of(const std::optional<LiveState::Event>& event) { return event ? event->name : "none"; }

CurveRow point(TimeNs time_ns, double value) { return {time_ns, "lenet", "accuracy", value}; }

}  // namespace

TEST_CASE("whoever comes gets everything, and then what changes") {
  LiveState state;
  state.add_curves({point(1'000'000'000, 0.5)});
  state.show({{"time", 1.5}, {"paused", false}});
  const auto first = state.wait_for_event(0);
  CHECK(name_of(first) == "state");
  CHECK(first->frame == 1);
  CHECK_FALSE(first->last);
  CHECK(json_of(first) ==
        ReportJson::parse(
            R"({"time": 1.5, "paused": false, "curves": {"accuracy": {"lenet": [[1.0, 0.5]]}}})"));

  state.add_curves({point(1'000'000'000, 0.5), point(2'000'000'000, 0.75)});
  state.show({{"time", 2.0}});
  const auto second = state.wait_for_event(1);
  CHECK(name_of(second) == "frame");
  CHECK(second->frame == 2);
  CHECK(json_of(second) ==
        ReportJson::parse(R"({"time": 2.0, "paused": false, "points": [["accuracy", "lenet", 2.0, 0.75]]})"));
}

TEST_CASE("whoever comes late gets everything up to now in one") {
  LiveState state;
  for (int frame = 1; frame <= 3; ++frame) {
    state.add_curves({point(frame, frame)});
    state.show({{"time", frame}});
  }
  const auto event = state.wait_for_event(0);
  CHECK(name_of(event) == "state");
  CHECK(event->frame == 3);
  CHECK(json_of(event)["curves"]["accuracy"]["lenet"].size() == 3);
}

TEST_CASE("a point that comes with the next frame is in no picture before") {
  LiveState state;
  state.show({{"time", 1}});
  state.add_curves({point(1, 0.1), point(2, 0.2)});
  CHECK(json_of(state.wait_for_event(0))["curves"].empty());
  state.show({{"time", 2}});
  CHECK(json_of(state.wait_for_event(1))["points"].size() == 2);
  CHECK(json_of(state.wait_for_event(0))["curves"]["accuracy"]["lenet"].size() == 2);
}

TEST_CASE("the last point of a curve can be another one than before") {
  LiveState state;
  state.add_curves({point(1, 0.1), point(2, 0.2)});
  state.show({});
  state.add_curves({point(1, 0.9), point(2, 0.3)});
  state.show({});
  CHECK(json_of(state.wait_for_event(1))["points"] ==
        ReportJson::parse(R"([["accuracy", "lenet", 2e-09, 0.3]])"));
  CHECK(json_of(state.wait_for_event(0))["curves"]["accuracy"]["lenet"] ==
        ReportJson::parse("[[1e-09, 0.1], [2e-09, 0.3]]"));
}

TEST_CASE("whoever is too slow gets everything again, in place of what is not kept") {
  LiveState state;
  for (int frame = 0; frame < 66; ++frame) state.show({{"time", frame}});
  CHECK(name_of(state.wait_for_event(1)) == "state");
  CHECK(name_of(state.wait_for_event(2)) == "frame");
  CHECK(state.wait_for_event(2)->frame == 3);
  CHECK(json_of(state.wait_for_event(65))["time"] == 65);
}

TEST_CASE("the last frame says so, whether it is the picture or a frame") {
  LiveState state;
  state.show({{"time", 1}, {"status", ""}});
  state.show({{"time", 2}});
  state.end("completed");
  CHECK_FALSE(state.wait_for_event(1)->last);
  const auto last = state.wait_for_event(2);
  CHECK(last->last);
  CHECK(json_of(last)["status"] == "completed");
  CHECK(json_of(last)["time"] == 2);
  CHECK(state.wait_for_event(0)->last);
}

TEST_CASE("whoever waits is woken by a frame, and by the close") {
  LiveState state;
  std::optional<LiveState::Event> got;
  std::thread viewer([&] {
    while (!got) got = state.wait_for_event(0);
  });
  state.show({{"time", 1}});
  viewer.join();
  CHECK(got->frame == 1);

  std::thread other([&] { got = state.wait_for_event(1); });
  state.close();
  other.join();
  CHECK_FALSE(got.has_value());
  CHECK_FALSE(state.wait_for_event(1).has_value());
}

TEST_CASE("names that are not UTF-8 make JSON that is") {
  LiveState state;
  state.add_curves({{1, "a\xff", "accuracy", 1}});
  state.show({});
  CHECK(json_of(state.wait_for_event(0))["curves"]["accuracy"].contains("a\xef\xbf\xbd"));
}
