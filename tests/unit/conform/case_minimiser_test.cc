#include "sim/conform/case_minimiser.h"

#include <functional>
#include <optional>
#include <string>

#include "support/catch.h"
#include "support/planted_side.h"

using namespace dse;

namespace {

using Run = std::function<Comparison(const ConformCase&)>;

Run against(const MakeSide& other) {
  return [other](const ConformCase& drawn) { return compare(drawn, sides_of<ProcessRun>(), other); };
}

// The first case that differs, minimised.
std::optional<MinimisedCase> find_and_minimise(const Run& run) {
  const std::atomic<bool> interrupted{false};
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const ConformCase drawn = draw_case(1, number);
    const Comparison comparison = run(drawn);
    if (!comparison.differs) continue;
    MinimisedCase minimised = minimise_case(drawn, comparison, run, interrupted);
    CHECK(run(minimised.smallest).differs);
    CHECK(minimised.comparison.differs);
    CHECK(minimised.smallest.operations.size() <= drawn.operations.size());
    return minimised;
  }
  return std::nullopt;
}

// Shows its last outcome only at the look with this number.
class Slow : public Side {
 public:
  explicit Slow(int looks) : looks_(looks) {}
  Outcome perform(const Operation& operation) override {
    late_ = run_.perform(operation);
    left_ = looks_;
    return {};
  }
  void look_again(Outcome& outcome) override {
    if (--left_ == 0) outcome = late_;
  }

 private:
  ProcessRun run_;
  Outcome late_;
  int looks_ = 0;
  int left_ = 0;
};

}  // namespace

TEST_CASE("conform: a broker does not differ from itself") {
  CHECK_FALSE(find_and_minimise(against(sides_of<ProcessRun>())));
}

TEST_CASE("conform: a redelivery that is forgotten takes a message, a stream and its end") {
  const std::optional<MinimisedCase> minimised = find_and_minimise(against(sides_of<ForgetsRedelivery>()));
  REQUIRE(minimised);
  CHECK(minimised->smallest.operations.size() <= 3);
  const std::string text = describe(minimised->comparison, {"here", "there"});
  CHECK(text.find("(again)") != std::string::npos);
  CHECK(text.find("here: ") != std::string::npos);
  CHECK(text.find("there: ") != std::string::npos);
}

TEST_CASE("conform: one delivery more than the prefetch takes a stream and two messages") {
  const std::optional<MinimisedCase> minimised = find_and_minimise(against(sides_of<HandsOutOneMore>()));
  REQUIRE(minimised);
  CHECK(minimised->smallest.operations.size() == 3);
}

TEST_CASE("conform: all taken for any takes a binding with two conditions and a message") {
  const std::optional<MinimisedCase> minimised = find_and_minimise(against(sides_of<MatchesAny>()));
  REQUIRE(minimised);
  REQUIRE(minimised->smallest.operations.size() == 2);
  const auto* bind = std::get_if<BindOperation>(&minimised->smallest.operations[0]);
  REQUIRE(bind != nullptr);
  CHECK(bind->binding.key == "#");
  CHECK(bind->binding.headers.size() == 2);
  const auto* publish = std::get_if<PublishOperation>(&minimised->smallest.operations[1]);
  REQUIRE(publish != nullptr);
  CHECK(publish->headers.size() == 1);
  CHECK_FALSE(publish->mandatory);
}

TEST_CASE("conform: what comes late is waited for, up to a bound") {
  const auto slow = [](int looks) { return [looks] { return std::make_unique<Slow>(looks); }; };
  for (std::uint64_t number = 1; number <= 10; ++number) {
    CHECK_FALSE(against(slow(3))(draw_case(1, number)).differs);
  }
  CHECK(against(slow(kLooksMax + 1))(draw_case(1, 1)).differs);
}

TEST_CASE("conform: minimising ends when it is interrupted, with what it has") {
  const Run run = against(sides_of<HandsOutOneMore>());
  const std::atomic<bool> interrupted{true};
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const ConformCase drawn = draw_case(1, number);
    const Comparison comparison = run(drawn);
    if (!comparison.differs) continue;
    const MinimisedCase minimised = minimise_case(drawn, comparison, run, interrupted);
    CHECK(minimised.runs == 0);
    CHECK(minimised.comparison.differs);
    return;
  }
  FAIL("no case differs");
}
