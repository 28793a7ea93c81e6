#include "drift/adwin.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <stdexcept>

#include "detectors.h"

using namespace dse;

namespace {

constexpr AdwinVariant kVariants[] = {AdwinVariant::kRiver, AdwinVariant::kPaper};

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double variance_of(std::span<const double> values) {
  const double mean = mean_of(values);
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size());
}

bool near(double a, double b, double unit) { return std::abs(a - b) <= 1e-9 * unit; }

// The paper's ADWIN, with every value of its window, and every sum taken anew.
class NaiveAdwin {
 public:
  explicit NaiveAdwin(const AdwinOptions& options) : options_(options) {}

  bool update(double value) {
    values_.push_back(value);
    sizes_.push_back(1);
    merge();
    if (++updates_ % options_.clock != 0) return false;
    if (values_.size() <= static_cast<std::size_t>(options_.grace_period)) return false;
    bool drift = false;
    while (has_cut()) {
      values_.erase(values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(sizes_[0]));
      sizes_.erase(sizes_.begin());
      drift = true;
    }
    return drift;
  }

  std::size_t width() const { return values_.size(); }

 private:
  // Among buckets of one size there are never more than allowed: the two oldest become one.
  void merge() {
    for (std::size_t size = 1;; size *= 2) {
      const auto first = std::find(sizes_.begin(), sizes_.end(), size);
      if (std::count(first, sizes_.end(), size) <= options_.max_buckets) return;
      *first *= 2;
      sizes_.erase(first + 1);
    }
  }

  bool has_cut() const {
    const auto count = static_cast<double>(values_.size());
    const double variance = variance_of(values_);
    const double confidence = std::log(2 * std::log(count) / options_.delta);
    const double all = std::accumulate(values_.begin(), values_.end(), 0.0);
    const auto least = static_cast<double>(options_.min_window_length);
    std::size_t end = 0;
    double sum = 0;
    for (const std::size_t size : sizes_) {
      for (std::size_t at = 0; at < size; ++at) sum += values_[end++];
      const auto older = static_cast<double>(end);
      const double newer = count - older;
      if (older < least || newer < least) continue;
      const double inverse = 1 / (older - least + 1) + 1 / (newer - least + 1);
      const double most = std::sqrt(2 * inverse * variance * confidence) + 2 * inverse * confidence / 3;
      if (std::abs(sum / older - (all - sum) / newer) > most) return true;
    }
    return false;
  }

  AdwinOptions options_;
  std::vector<double> values_;      // the oldest first
  std::vector<std::size_t> sizes_;  // how many are in each bucket, the oldest first
  std::int64_t updates_ = 0;
};

}  // namespace

TEST_CASE("mean, variance and width are those of the values that are still in the window") {
  for (const Sequence& each : sequences()) {
    if (each.values.size() > 10'000) continue;
    for (const AdwinVariant variant : kVariants) {
      INFO(each.name << (variant == AdwinVariant::kPaper ? ", the paper's" : ", River's"));
      Adwin adwin({.variant = variant});
      std::size_t begin = 0;
      bool has_shrunk = false;
      for (std::size_t at = 0; at < each.values.size(); ++at) {
        const bool drift = adwin.update(each.values[at]) == DriftState::kDrift;
        REQUIRE(adwin.width() <= at + 1 - begin);
        REQUIRE(drift == (adwin.width() < at + 1 - begin));
        begin = at + 1 - adwin.width();
        has_shrunk = has_shrunk || drift;
        if (!drift && at % 13 != 0) continue;
        INFO("at " << at << ", " << adwin.width() << " values");
        const std::span<const double> window(each.values.data() + begin, adwin.width());
        const double variance = variance_of(window);
        REQUIRE(near(adwin.mean(), mean_of(window), each.is_share ? 1 : 1'000));
        if (variant == AdwinVariant::kPaper || !has_shrunk) {
          REQUIRE(near(adwin.variance(), variance, each.is_share ? 1 : 1e6));
        } else {
          REQUIRE(adwin.variance() >= variance - (each.is_share ? 1e-9 : 1e-3));
        }
      }
    }
  }
}

TEST_CASE("the paper's variant cuts where a naive ADWIN does") {
  const AdwinOptions kOptions[] = {
      {.variant = AdwinVariant::kPaper},
      {.delta = 0.05, .clock = 7, .max_buckets = 3, .variant = AdwinVariant::kPaper},
      {.delta = 1e-5,
       .clock = 1,
       .max_buckets = 2,
       .min_window_length = 1,
       .grace_period = 0,
       .variant = AdwinVariant::kPaper},
      {.clock = 10,
       .max_buckets = 64,
       .min_window_length = 60,
       .grace_period = 500,
       .variant = AdwinVariant::kPaper}};
  for (const std::string name : {"abrupt", "recurring", "improving", "alternating", "shares", "real"}) {
    std::size_t drifts = 0;
    for (std::size_t option = 0; option < std::size(kOptions); ++option) {
      INFO(name << ", options " << option);
      Adwin adwin(kOptions[option]);
      NaiveAdwin naive(kOptions[option]);
      for (std::size_t at = 0; at < 4'000; ++at) {
        INFO("at " << at);
        const double value = sequence(name).values[at];
        const bool drift = adwin.update(value) == DriftState::kDrift;
        REQUIRE(drift == naive.update(value));
        REQUIRE(adwin.width() == naive.width());
        drifts += drift ? 1 : 0;
      }
    }
    CHECK(drifts > 0);
  }
}

TEST_CASE("the paper's variant never notices a change later than River's") {
  for (const Sequence& each : sequences()) {
    INFO(each.name);
    std::size_t first[2] = {each.values.size(), each.values.size()};
    for (std::size_t variant = 0; variant < 2; ++variant) {
      Adwin adwin({.variant = kVariants[variant]});
      const std::vector<DriftState> found = states(adwin, each.values, 0, each.values.size());
      const auto drift = std::find(found.begin(), found.end(), DriftState::kDrift);
      first[variant] = static_cast<std::size_t>(drift - found.begin());
    }
    CHECK(first[1] <= first[0]);
    // The change is after 2000 values.
    if (each.name == "abrupt") CHECK((first[0] + 1 == 2'240 && first[1] + 1 == 2'080));
  }
}

TEST_CASE("memory grows with the logarithm of the window") {
  for (const std::int64_t most : {2, 5, 64}) {
    Adwin adwin({.max_buckets = most});
    for (std::uint64_t count = 1; count <= 300'000; ++count) {
      adwin.update(static_cast<double>(count % 2));
      if (count % 1'000 != 0 && count > 1'000) continue;
      INFO(count << " values, at most " << most << " buckets of a size");
      REQUIRE(adwin.width() == count);
      // Every size but the largest has at least `most` - 1 buckets.
      const double values = static_cast<double>(count) + static_cast<double>(most - 1);
      const double sizes = 1 + std::floor(std::log2(values / static_cast<double>(most)));
      REQUIRE(static_cast<double>(adwin.buckets()) <= static_cast<double>(most) * sizes);
    }
    CHECK(saved(adwin).size() <= 32 + 19 * 8 + 16 * adwin.buckets());
  }
}

// The paper's theorem 3.1: while the mean stays the same, a check cuts with a probability of at most delta.
// That allows 312 drifts in these 156'250 checks. Its bound is far from tight: there is 1 with River's
// variant, in 1 of the 50 streams, and none with the paper's. So a thirtieth is asked for here, which a bound
// without its ln n, or without its second term, would exceed (15 and 59 with the paper's variant).
TEST_CASE("without a change, far fewer checks find a drift than delta allows") {
  constexpr std::uint64_t kSeeds = 50;
  constexpr std::size_t kValues = 100'000;
  constexpr double kChecks = static_cast<double>(kSeeds) * kValues / 32;
  for (const AdwinVariant variant : kVariants) {
    std::size_t drifts = 0;
    std::size_t streams = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      RandomStream random(seed, "drift", "stationary");
      Adwin adwin({.variant = variant});
      std::size_t found = 0;
      for (std::size_t at = 0; at < kValues; ++at) {
        const double value = random.below(100) < seed ? 1 : 0;  // a probability of 1, 2 … 50%
        if (adwin.update(value) == DriftState::kDrift) ++found;
      }
      drifts += found;
      streams += found > 0 ? 1 : 0;
    }
    INFO((variant == AdwinVariant::kPaper ? "the paper's" : "River's")
         << ": " << drifts << " drifts in " << kChecks << " checks, in " << streams << " of " << kSeeds
         << " streams");
    CHECK(static_cast<double>(drifts) <= 0.002 * kChecks / 30);
  }
}

TEST_CASE("of no value there is no mean and no variance") {
  const Adwin adwin;
  CHECK(adwin.width() == 0);
  CHECK(adwin.mean() == 0);
  CHECK(adwin.variance() == 0);
  CHECK(adwin.buckets() == 0);
}

TEST_CASE("a window that was cut goes on with its newer values") {
  Adwin adwin;
  std::vector<DriftState> found = states(adwin, std::vector<double>(1'000, 0.0), 0, 1'000);
  CHECK(places(found, DriftState::kDrift).empty());
  found = states(adwin, std::vector<double>(200, 1.0), 0, 200);
  CHECK(places(found, DriftState::kDrift) != "");
  CHECK(adwin.width() >= 200);
  CHECK(adwin.width() < 1'000);
}

TEST_CASE("only a rise is a drift, if that is said; the window is cut whatever the change") {
  for (const AdwinVariant variant : kVariants) {
    Adwin both({.variant = variant});
    Adwin rising({.variant = variant, .only_rising = true});
    std::vector<int> of_both;
    std::vector<int> of_rising;
    for (int at = 0; at < 6'000; ++at) {
      // Errors of 10 %, then 60 %, then 10 %.
      const bool often = at >= 2'000 && at < 4'000;
      const double value = at % 10 < (often ? 6 : 1) ? 1 : 0;
      if (both.update(value) == DriftState::kDrift) of_both.push_back(at);
      if (rising.update(value) == DriftState::kDrift) of_rising.push_back(at);
      REQUIRE(rising.width() == both.width());
    }
    REQUIRE(!of_rising.empty());
    CHECK(of_rising.front() == of_both.front());
    CHECK(of_rising.front() >= 2'000);
    CHECK(of_rising.back() < 4'000);
    CHECK(of_both.back() > 4'000);
  }
}

TEST_CASE("wrong options of ADWIN are said") {
  CHECK(why_wrong(AdwinOptions{}) == std::nullopt);
  CHECK(why_wrong(AdwinOptions{.delta = 0}) == "delta is 0, expected a number above 0 and below 1");
  CHECK(why_wrong(AdwinOptions{.delta = 1}) == "delta is 1, expected a number above 0 and below 1");
  CHECK(why_wrong(AdwinOptions{.delta = std::nan("")}).has_value());
  CHECK(why_wrong(AdwinOptions{.clock = 0}) == "clock is 0, expected 1 to 1000000");
  CHECK(why_wrong(AdwinOptions{.max_buckets = 1}) == "max_buckets is 1, expected 2 to 64");
  CHECK(why_wrong(AdwinOptions{.max_buckets = 65}).has_value());
  CHECK(why_wrong(AdwinOptions{.min_window_length = 0}) == "min_window_length is 0, expected 1 to 1000000");
  CHECK(why_wrong(AdwinOptions{.grace_period = -1}) == "grace_period is -1, expected 0 to 1000000000");
  CHECK_THROWS_AS(Adwin({.clock = 0}), std::invalid_argument);
}
