// All errors in a scenario are reported at once, in the order of the file.
#include "dse/error.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::vector<std::string> errors_of(const std::string& text) {
  std::vector<std::string> texts;
  try {
    parse_scenario(text, "s.toml", built_in_tables());
  } catch (const InputError& error) {
    for (const InputError& one : errors_in(error)) texts.emplace_back(one.what());
  }
  return texts;
}

const std::string kRight = R"(
[component.generator]
kind = "training-generator"
images = "i"
labels = "l"
to = "digits"
rate = "1/s"
[component.echo]
kind = "echo"
from = "digits"
)";

}  // namespace

TEST_CASE("scenario errors: each wrong table is told, in the order of the file") {
  const std::vector<std::string> errors = errors_of(R"(until = 5
[[expect]]
metric = "w.received"
min = 2
max = 1
[component.w]
kind = "watch"
from = "d"
[component.a]
kind = "watch"
form = "d"
[component.b]
kind = "whatch"
[[binding]]
from = "d"
to = "e"
match = "any"
[bus]
latency = 5
[resource.d]
prefetch = -1
[[fault]]
kind = "crash"
component = "w"
)");
  REQUIRE(errors.size() == 8);
  CHECK_THAT(errors[0], Catch::Matchers::StartsWith("s.toml:1:9: until: "));
  CHECK_THAT(errors[1], Catch::Matchers::StartsWith("s.toml:2:1: expect.0: min 2 is above max 1"));
  CHECK_THAT(errors[2], Catch::Matchers::StartsWith("s.toml:11:8: component.a.form: unknown key; did you"));
  CHECK_THAT(errors[3], Catch::Matchers::StartsWith("s.toml:13:8: component.b.kind: unknown value 'whatch'"));
  CHECK_THAT(errors[4], Catch::Matchers::StartsWith("s.toml:17:9: binding.0.match: "));
  CHECK_THAT(errors[5], Catch::Matchers::StartsWith("s.toml:19:11: bus.latency: "));
  CHECK_THAT(errors[6], Catch::Matchers::StartsWith("s.toml:21:12: resource.d.prefetch: "));
  CHECK_THAT(errors[7], Catch::Matchers::StartsWith("s.toml:22:1: fault.0.at: is missing"));
}

TEST_CASE("scenario errors: unknown keys of one table are all told, in the order of the file") {
  const std::vector<std::string> errors =
      errors_of("zeal = 1\nabout = 2\n" + kRight + "servise = \"1ms\"\nform = \"x\"\n");
  REQUIRE(errors.size() == 4);
  CHECK_THAT(errors[0], Catch::Matchers::StartsWith("s.toml:1:8: zeal: unknown key"));
  CHECK_THAT(errors[1], Catch::Matchers::StartsWith("s.toml:2:9: about: unknown key"));
  CHECK_THAT(errors[2], ContainsSubstring("component.echo.servise: unknown key; did you mean 'service'?"));
  CHECK_THAT(errors[3], ContainsSubstring("component.echo.form: unknown key"));
}

TEST_CASE("scenario errors: what only follows from another error is not told") {
  const std::string referring =
      "[[expect]]\nmetric = \"broken.received\"\nmin = 1\n"
      "[[fault]]\nkind = \"crash\"\ncomponent = \"broken\"\nat = \"1ms\"\n"
      "[resource.quiet]\nprefetch = 3\n";
  const std::vector<std::string> errors =
      errors_of(kRight + "[component.broken]\nkind = \"watch\"\nfrom = 7\n" + referring);
  REQUIRE(errors.size() == 1);
  CHECK_THAT(errors[0], ContainsSubstring("component.broken.from: expected a string"));
  // On their own these are errors.
  CHECK(errors_of(kRight + referring).size() == 3);
}

TEST_CASE("scenario errors: an expectation of a fault that is wrong is not") {
  const std::vector<std::string> errors =
      errors_of(kRight +
                "[[fault]]\nname = \"late\"\nkind = \"delay\"\ncomponent = \"generator\"\n"
                "[[expect]]\nfault = \"late\"\nstruck = { min = 1 }\n[[expect]]\nfault = \"0\"\nstruck = { "
                "min = 1 }\n");
  REQUIRE(errors.size() == 1);
  CHECK_THAT(errors[0], ContainsSubstring("fault.0.by: is missing"));
}

TEST_CASE("scenario errors: ends of a gateway are told one by one") {
  const std::vector<std::string> errors = errors_of(
      kRight +
      "[[gateway.export]]\nfrom = \"digits\"\n[[gateway.import]]\nto = \"digits\"\n[[gateway.import]]\n"
      "queue = \"q\"\n");
  REQUIRE(errors.size() == 3);
  CHECK_THAT(errors[0], ContainsSubstring("gateway.export.0.exchange: is missing"));
  CHECK_THAT(errors[1], ContainsSubstring("gateway.import.0.queue: is missing"));
  CHECK_THAT(errors[2], ContainsSubstring("gateway.import.1.to: is missing"));
}
