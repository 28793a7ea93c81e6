// What detectors save, and what they refuse to load.
#include <limits>

#include "detectors.h"
#include "dse/error.h"

using namespace dse;

namespace {

const std::string kFile = "a.detector";

void load(const std::string& bytes, DriftDetector& detector) {
  StateReader reader(bytes, kFile);
  detector.load_state(reader);
  reader.finish();
}

std::string refusal(const std::string& bytes, DriftDetector& detector) {
  try {
    load(bytes, detector);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// The bytes of these numbers: integers as u64, the others as f64.
template <typename... Numbers>
std::string written(Numbers... numbers) {
  StateWriter writer;
  const auto add = [&](auto number) {
    if constexpr (std::is_integral_v<decltype(number)>) {
      writer.add_u64(static_cast<std::uint64_t>(number));
    } else {
      writer.add_f64(number);
    }
  };
  (add(numbers), ...);
  return writer.bytes();
}

}  // namespace

TEST_CASE("a loaded detector goes on exactly like the one that was saved") {
  const std::vector<double>& values = sequence("shares").values;
  const std::vector<double>& strangers = sequence("abrupt").values;
  const std::size_t kinds = one_of_each().size();
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    std::vector<Made> first = one_of_each();
    const std::vector<DriftState> all = states(*first[kind].detector, values, 0, values.size());
    const std::string end = saved(*first[kind].detector);
    const auto drift = std::find(all.begin(), all.end(), DriftState::kDrift);
    REQUIRE(drift != all.end());
    const auto drift_at = static_cast<std::size_t>(drift - all.begin());
    // Before the first judgement, around it, in the middle, and around a drift, which some forget only later.
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{1}, std::size_t{28}, std::size_t{29}, std::size_t{30},
          std::size_t{1'000}, drift_at, drift_at + 1, drift_at + 2, std::size_t{5'000}}) {
      INFO(first[kind].name << " after " << at << " values");
      const auto made = std::move(one_of_each()[kind].detector);
      states(*made, values, 0, at);
      const std::string bytes = saved(*made);
      for (const std::size_t other : {0U, 20U, 3'000U}) {
        const auto loaded = std::move(one_of_each()[kind].detector);
        states(*loaded, strangers, 0, other);
        load(bytes, *loaded);
        CHECK(saved(*loaded) == bytes);
        CHECK(digest(*loaded) == digest(*made));
        const std::vector<DriftState> later(all.begin() + static_cast<std::ptrdiff_t>(at), all.end());
        CHECK(states(*loaded, values, at, values.size()) == later);
        CHECK(saved(*loaded) == end);
      }
    }
  }
}

TEST_CASE("a detector that was reset is as new") {
  std::vector<Made> used = one_of_each();
  const std::vector<Made> unused = one_of_each();
  for (std::size_t kind = 0; kind < used.size(); ++kind) {
    INFO(used[kind].name);
    states(*used[kind].detector, sequence("shares").values, 0, 3'000);
    CHECK(digest(*used[kind].detector) != digest(*unused[kind].detector));
    used[kind].detector->reset();
    CHECK(saved(*used[kind].detector) == saved(*unused[kind].detector));
    CHECK(digest(*used[kind].detector) == digest(*unused[kind].detector));
  }
}

TEST_CASE("a state that is cut short or goes on is refused, and one that is damaged never does harm") {
  for (const std::size_t values : {10U, 2'500U}) {
    for (Made& made : one_of_each()) {
      DriftDetector& detector = *made.detector;
      states(detector, sequence("shares").values, 0, values);
      const std::string bytes = saved(detector);
      for (std::size_t size = 0; size < bytes.size(); ++size) {
        INFO(made.name << " with " << size << " of " << bytes.size() << " bytes");
        CHECK(refusal(bytes.substr(0, size), detector) != "");
      }
      CHECK_THAT(refusal(bytes + "x", detector), ContainsSubstring("1 bytes after its end"));
      std::size_t refused = 0;
      for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (const int change : {1, 2, 0x40, 0x80, 0xff}) {
          INFO(made.name << ": byte " << at << " is changed by " << change);
          std::string damaged = bytes;
          damaged[at] = static_cast<char>(damaged[at] ^ change);
          if (refusal(damaged, detector) != "") {
            ++refused;
            continue;
          }
          REQUIRE(saved(detector) == damaged);
          states(detector, sequence("abrupt").values, 0, 200);
          const std::string later = saved(detector);
          REQUIRE(refusal(later, detector) == "");
        }
      }
      CHECK(refused > 0);
    }
  }
}

TEST_CASE("what ADWIN cannot have written is refused, and said") {
  Adwin adwin;
  const auto check = [&](const std::string& bytes, const std::string& message) {
    CHECK_THAT(refusal(bytes, adwin), ContainsSubstring("a.detector: holds " + message));
  };
  const double inf = std::numeric_limits<double>::infinity();
  // Values since the last check, total, squares, number of rows, and the buckets of each.
  CHECK(refusal(written(0, 0.0, 0.0, 1, 0), adwin) == "");
  CHECK(refusal(written(31, 3.0, 0.0, 1, 1, 3.0, 0.0), adwin) == "");
  CHECK(adwin.mean() == 3);
  check(written(32, 0.0, 0.0, 1, 0), "32 values since the last check, expected at most 31");
  check(written(0, inf, 0.0, 1, 0), "a number that is not finite");
  check(written(0, 0.0, 0.0, 0), "a window without a size of buckets");
  check(written(0, 0.0, 0.0, 51), "51 sizes of buckets, expected at most 50");
  check(written(0, 1.0, 0.0, 1, 0), "an empty window with a mean");
  check(written(0, 0.0, 1.0, 1, 0), "an empty window with a mean");
  check(written(0, 0.0, 0.0, 1, 6), "6 buckets of one size, expected at most 5");
  check(written(0, 0.0, -1.0, 1, 1, 0.0, 0.0), "a negative variance");
  check(written(0, 3e100, 0.0, 1, 1, 1.0, 0.0), "too large a mean");
  check(written(0, 1.0, 0.0, 1, 1, 2e100, 0.0), "too large a sum of a bucket");
  check(written(0, 1.0, 0.0, 1, 1, 1.0, 0.5), "an impossible variance of a bucket");
  check(written(0, 1.0, 0.0, 2, 3, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1, 2.0, 0.0),
        "only 3 buckets of a smaller size");
  check(written(0, 1.0, 0.0, 2, 4, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0),
        "no bucket of the largest size");
  check(written(0, 1.0, 0.0, 2, 4, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1, 2.0, -0.5),
        "an impossible variance of a bucket");
}

TEST_CASE("what DDM cannot have written is refused, and said") {
  Ddm ddm;
  const auto check = [&](const std::string& bytes, const std::string& message) {
    CHECK_THAT(refusal(bytes, ddm), ContainsSubstring("a.detector: holds " + message));
  };
  // Values, rate, and from the 29th on the least rate and its deviation.
  CHECK(refusal(written(0), ddm) == "");
  CHECK(refusal(written(28, 0.5), ddm) == "");
  CHECK(refusal(written(29, 0.5, 0.25, 0.125), ddm) == "");
  check(written(std::uint64_t{1} << 51), "2251799813685248 values, expected at most 1125899906842624");
  check(written(28, -0.5), "a rate of errors of -0.5");
  check(written(28, 1.5), "a rate of errors of 1.5");
  check(written(29, 0.5), "0 bytes where 8 are expected");
  check(written(29, 0.5, 0.5, 0.5), "a least rate of errors that is not the least");
  check(written(29, 0.5, -0.5, 0.5), "a least rate of errors that is not the least");
  check(written(29, 0.5, 0.5, -0.5), "a least rate of errors that is not the least");
}

TEST_CASE("what Page-Hinkley cannot have written is refused, and said") {
  PageHinkley detector;
  const auto check = [&](const std::string& bytes, const std::string& message) {
    CHECK_THAT(refusal(bytes, detector), ContainsSubstring("a.detector: holds " + message));
  };
  // Values, mean, sum.
  CHECK(refusal(written(0), detector) == "");
  CHECK(refusal(written(2, -0.5, 0.5), detector) == "");
  check(written(std::uint64_t{1} << 51, 0.0, 0.0), "2251799813685248 values, expected at most");
  check(written(2, -2e100, 0.5), "too large a mean");
  check(written(2, 0.5, -0.5), "an impossible sum of what is above the mean");
  check(written(2, 0.5, 5e100), "an impossible sum of what is above the mean");
}

// The bytes are the same with every compiler, in every configuration.
TEST_CASE("the digests of detectors are known") {
  std::vector<std::string> digests;
  for (const Made& made : one_of_each()) {
    states(*made.detector, sequence("shares").values, 0, 6'000);
    digests.push_back(digest(*made.detector));
  }
  CHECK(digests == std::vector<std::string>{"661b66cba9cdd069", "03f3963c2fc9e1ea", "86738dc733dad813",
                                            "285890ca21f42ad5"});
}
