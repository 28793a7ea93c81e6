#include "sim/scenario/settings.h"

#include <toml++/toml.h>

#include "support/catch.h"
#include "support/error_text.h"

using namespace dse;

namespace {

constexpr const char* kScenario = R"(
seed = 1
[bus]
latency = "50us"
[component.lenet]
batch = 16
service = { train = "1us" }
[resource."a.b"]
prefetch = 1
[[expect]]
metric = "lenet.trained"
min = 1
[[expect]]
metric = "lenet.predicted"
)";

toml::table with(const std::vector<std::string>& settings) {
  toml::table root = toml::parse(kScenario, std::string_view("a.toml"));
  apply_settings(root, settings);
  return root;
}

std::string error_of(const std::string& setting) {
  return input_error([&] { with({setting}); });
}

}  // namespace

TEST_CASE("a setting replaces a key or adds one") {
  CHECK(with({"seed=7"}).at_path("seed").value<int>() == 7);
  CHECK(with({"title=\"A title\""}).at_path("title").value<std::string>() == "A title");
  CHECK(with({"component.lenet.batch=32"}).at_path("component.lenet.batch").value<int>() == 32);
  CHECK(with({"component.lenet.service.infer=2us"})
            .at_path("component.lenet.service.infer")
            .value<std::string>() == "2us");
  CHECK(with({"bus.latency=1ms"}).at_path("bus.latency").value<std::string>() == "1ms");
}

TEST_CASE("what has a default need not be in the file to be set") {
  CHECK(with({"metrics.every=1s"}).at_path("metrics.every").value<std::string>() == "1s");
  CHECK(with({"resource.votes.prefetch=3"}).at_path("resource.votes.prefetch").value<int>() == 3);
}

TEST_CASE("of two settings of one key the last counts") {
  CHECK(with({"seed=7", "seed=8"}).at_path("seed").value<int>() == 8);
}

TEST_CASE("elements of a list are set by their number") {
  const toml::table root = with({"expect.1.min=0.5", "expect.0.min=2"});
  CHECK(root.at_path("expect[1].min").value<double>() == 0.5);
  CHECK(root.at_path("expect[0].min").value<int>() == 2);
}

TEST_CASE("a value is TOML where it can be, and else a bare string") {
  const auto title = [](const std::string& value) {
    return with({"title=" + value})["title"].value<std::string>();
  };
  CHECK(title("four models") == "four models");
  CHECK(title("C:\\data \"here\"") == "C:\\data \"here\"");
  CHECK(title("a=b") == "a=b");
  CHECK(title("") == "");
  CHECK(with({"x=true"})["x"].is_boolean());
  CHECK(with({"x=1.5"})["x"].is_floating_point());
  CHECK(with({"x=[1, 2]"})["x"].is_array());
  CHECK(with({"x={ a = 1 }"})["x"].is_table());
}

TEST_CASE("a name with dots is set in quotes") {
  CHECK(with({"resource.\"a.b\".prefetch=5"})["resource"]["a.b"]["prefetch"].value<int>() == 5);
}

TEST_CASE("a setting of another form is refused") {
  CHECK_THAT(error_of("seed"), ContainsSubstring("--set seed: expected KEY=VALUE"));
  CHECK_THAT(error_of("=7"), ContainsSubstring("expected KEY=VALUE"));
  CHECK_THAT(error_of("bus.=7"), ContainsSubstring("a part of the key is empty"));
  CHECK_THAT(error_of("bus..latency=7"), ContainsSubstring("a part of the key is empty"));
}

TEST_CASE("a setting of what the scenario does not have is refused, with the nearest name") {
  CHECK(error_of("component.lenett.batch=3") ==
        "--set component.lenett.batch: the scenario has no 'lenett'; did you mean 'lenet'?");
  CHECK_THAT(error_of("expect.2.min=3"),
             ContainsSubstring("there is no element '2': there are 2, counted from 0"));
  CHECK_THAT(error_of("expect.x.min=3"), ContainsSubstring("there is no element 'x'"));
  CHECK_THAT(error_of("expect.2=3"), ContainsSubstring("there is no element '2'"));
  CHECK_THAT(error_of("seed.x=3"), ContainsSubstring("'x' is below a key that holds no table"));
  CHECK_THAT(error_of("seed.x.y=3"), ContainsSubstring("holds no table"));
}
