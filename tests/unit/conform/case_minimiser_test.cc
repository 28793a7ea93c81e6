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
std::optional<MinimisedCase> find_and_minimise(const Run& run, const auto& draw) {
  const std::atomic<bool> interrupted{false};
  for (std::uint64_t number = 1; number <= 300; ++number) {
    const ConformCase drawn = draw(1, number);
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

std::optional<MinimisedCase> find_and_minimise(const Run& run) { return find_and_minimise(run, draw_case); }

// Finds a case in which a side with this mistake differs, and reduces it to so many operations at most, those
// at the end of every case among them.
template <typename Kind>
void check_found(const auto& draw, std::size_t operations_max) {
  const std::optional<MinimisedCase> minimised = find_and_minimise(against(sides_of<Kind>()), draw);
  REQUIRE(minimised);
  INFO(describe(minimised->comparison, {"right", "wrong"}));
  CHECK(minimised->comparison.steps.size() <= operations_max);
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
  INFO(describe(minimised->comparison, {"right", "wrong"}));
  CHECK(minimised->smallest.operations.size() <= 3);
  const auto* publish = std::get_if<PublishOperation>(&minimised->smallest.operations.back());
  REQUIRE(publish != nullptr);
  CHECK(publish->headers.size() == 1);
  CHECK_FALSE(publish->mandatory);
  const BindOperation* bind = nullptr;
  for (const Operation& operation : minimised->smallest.operations) {
    if (const auto* one = std::get_if<BindOperation>(&operation)) bind = one;
  }
  REQUIRE(bind != nullptr);
  CHECK(bind->binding.key == "#");
  CHECK(bind->binding.headers.size() == 2);
}

TEST_CASE("conform: what queues and exchanges do by their options is compared, and reduced to what matters") {
  check_found<ForgetsDeaths>(draw_case,
                             5);  // a queue with dead letters and theirs, two messages, what is left
  check_found<ConfirmsAll>(draw_case, 2);
  check_found<IgnoresPriorities>(draw_case, 4);
  check_found<ServesAllStreams>(draw_case, 8);
  check_found<IgnoresDeliveryLimits>(draw_case, 6);
  check_found<NeverRemovesQueues>(draw_case, 3);
  check_found<IgnoresAlternates>(draw_case, 4);
}

TEST_CASE("conform: what time does is compared") {
  CHECK_FALSE(find_and_minimise(against(sides_of<ProcessRun>()), draw_timed_case));
  check_found<KeepsMessagesForEver>(draw_timed_case, 5);
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
