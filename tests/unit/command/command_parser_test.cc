// What the command line accepts: numbers and texts, read strictly.
#include "sim/command/command_parser.h"

#include "support/catch.h"

using namespace dse;

namespace {

// What is wrong with `text` as a whole number from 1 to 256; "" if nothing is.
std::string complaint_of(const std::string& text) {
  CommandParser parser("dse", "", "");
  unsigned value = 0;
  parser.root().add_whole("--jobs", value, "", {.least = 1, .most = 256, .what = "a number of jobs"});
  return parser.parse({"--jobs=" + text}).complaint;
}

}  // namespace

TEST_CASE("command line: whole numbers are decimal digits and nothing else") {
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

TEST_CASE("command line: real numbers are decimal and finite") {
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

TEST_CASE("command line: what is refused is told with the option and its range") {
  CHECK(complaint_of("256").empty());
  CHECK(complaint_of("010").empty());
  for (const std::string bad : {"0", "257", "0x10", "-1"}) {
    CHECK(complaint_of(bad) ==
          "--jobs: '" + bad + "' is not a number of jobs: expected an integer from 1 to 256, in digits");
  }
}

TEST_CASE("command line: an option takes one word, whatever it looks like, and leaves the next") {
  CommandParser parser("dse", "", "");
  std::string out;
  std::uint64_t seed = 0;
  std::string file;
  ProgramCommand root = parser.root();
  root.add_text("--out", out, "");
  root.add_whole("--seed", seed, "", {});
  root.add_argument("file", file, "");
  CHECK(parser.parse({"--seed", "7", "--out", "[a,b]", "--", "--help"}).complaint.empty());
  CHECK(out == "[a,b]");
  CHECK(seed == 7);
  CHECK(file == "--help");
}

TEST_CASE("command line: what was given is what runs, and what nothing takes is refused by name") {
  const auto parse = [](const std::vector<std::string>& words) {
    CommandParser parser("dse", "", "dse 1");
    parser.add_command("replay", "").on_run([] { return 7; });
    ProgramCommand capture = parser.add_command("capture", "");
    capture.add_command("info", "").on_run([] { return 8; });
    capture.add_command("cat", "").on_run([] { return 9; });
    return parser.parse(words);
  };
  CHECK(parse({"replay"}).run() == 7);
  CHECK(parse({"capture", "cat"}).run() == 9);
  CHECK_FALSE(parse({}).run);
  CHECK(parse({}).complaint.empty());
  CHECK(parse({"--version"}).text == "dse 1\n");
  CHECK(parse({"replay", "--help"}).text.find("replay") != std::string::npos);
  CHECK(parse({"rplay"}).complaint == "dse has no command 'rplay'; did you mean 'replay'?");
  CHECK(parse({"replay", "more"}).complaint == "dse replay was given 'more' as well: it takes no more");
  CHECK(parse({"replay", "--hepl"}).complaint == "dse replay has no option '--hepl'; did you mean '--help'?");
  CHECK(parse({"capture"}).complaint == "one of the commands info and cat is required");
}
