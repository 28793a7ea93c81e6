// Numbers and texts of the command line.
#include "sim/command/number_options.h"

#include "support/catch.h"

using namespace dse;

namespace {

// What is wrong with `text` as a whole number from 1 to 256; "" when nothing.
std::string complaint_of(const std::string& text) {
  CLI::App app;
  unsigned value = 0;
  add_whole(app, "--jobs", value, "", {.least = 1, .most = 256, .what = "a number of jobs"});
  try {
    app.parse(std::vector<std::string>{"--jobs=" + text});
    return "";
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("number options: whole numbers are decimal digits and nothing else") {
  CHECK(read_whole("0", {}) == 0);
  CHECK(read_whole("010", {}) == 10);
  CHECK(read_whole("0018", {}) == 18);
  CHECK(read_whole("18446744073709551615", {}) == UINT64_MAX);
  for (const std::string bad : {"", " ", "-1", "-0", "+5", "0x10", "1e3", "1.0", "5 ", " 5", "5s", "nan",
                                "[1]", "18446744073709551616", "99999999999999999999999"}) {
    INFO(bad);
    CHECK_FALSE(read_whole(bad, {}));
  }
}

TEST_CASE("number options: real numbers are decimal and finite") {
  const RealRange range{.least = 1e-6, .most = 1e6};
  CHECK(read_real("1", range) == 1.0);
  CHECK(read_real("010", range) == 10.0);
  CHECK(read_real("0.5", range) == 0.5);
  CHECK(read_real("1e-06", range) == 1e-6);
  CHECK(read_real("1000000", range) == 1e6);
  for (const std::string bad : {"", "nan", "inf", "-inf", "0x1p3", "1e-320", "1e-7", "1e400", "1000001", "+1",
                                "-1", "1s", " 1", "1,5", "0"}) {
    INFO(bad);
    CHECK_FALSE(read_real(bad, range));
  }
  CHECK(read_real("0", {.least = 1e-6, .most = 1e6, .or_zero = true}) == 0.0);
  CHECK_FALSE(read_real("1e-320", {.least = 1e-6, .most = 1e6, .or_zero = true}));
}

TEST_CASE("number options: what is refused is told with the option and its range") {
  CHECK(complaint_of("256").empty());
  CHECK(complaint_of("010").empty());
  for (const std::string bad : {"0", "257", "0x10", "-1"}) {
    CHECK(complaint_of(bad) ==
          "--jobs: '" + bad + "' is not a number of jobs: expected an integer from 1 to 256, in digits");
  }
}

TEST_CASE("number options: an option takes one word, whatever it looks like, and leaves the next") {
  CLI::App app;
  std::string out;
  std::uint64_t seed = 0;
  std::string file;
  add_text(app, "--out", out, "");
  add_whole(app, "--seed", seed, "", {});
  app.add_option("file", file);
  app.parse("--seed 7 --out [a,b] -- --help");
  CHECK(out == "[a,b]");
  CHECK(seed == 7);
  CHECK(file == "--help");
}
