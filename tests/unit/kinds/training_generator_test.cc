#include "kinds/training_generator.h"

#include <algorithm>
#include <numeric>

#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

GeneratorOptions options() { return {.to = "mnist", .rate = {3, 1'000}}; }

std::unique_ptr<App> made(const GeneratorOptions& options, Stage& stage) {
  return make_training_generator(options)->make(stage.context("trainer"));
}

std::vector<int> sent_images(const AppRun& run) {
  std::vector<int> images;
  for (const FakeLink::Published& one : run.link.published) images.push_back(image_number(*one.message));
  return images;
}

std::vector<int> sent_by(const GeneratorOptions& how, std::uint32_t images, std::uint64_t seed = 1) {
  Stage stage{.random = RandomStreams(seed), .data = small_dataset(images)};
  const auto generator = made(how, stage);
  AppRun run("trainer", *generator);
  run.run();
  return sent_images(run);
}

std::vector<int> count_up(int first, int last) {
  std::vector<int> numbers(static_cast<std::size_t>(last - first));
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

}  // namespace

TEST_CASE("the generator sends every image once, shuffled by its seed, and exits") {
  std::vector<int> images = sent_by(options(), 100, 1);
  CHECK(images == sent_by(options(), 100, 1));
  CHECK(images != sent_by(options(), 100, 2));
  CHECK_FALSE(std::is_sorted(images.begin(), images.end()));
  std::sort(images.begin(), images.end());
  CHECK(images == count_up(0, 100));
}

TEST_CASE("the generator keeps the file's order when told to") {
  GeneratorOptions how = options();
  how.shuffled = false;
  CHECK(sent_by(how, 50) == count_up(0, 50));
}

TEST_CASE("the generator sends its slice of the data set alone") {
  GeneratorOptions how = options();
  how.data.slice = Slice{.first = 10, .last = 30};
  std::vector<int> images = sent_by(how, 50);
  std::sort(images.begin(), images.end());
  CHECK(images == count_up(10, 30));
}

TEST_CASE("a limit cuts the shuffled order short, and may be more than there is") {
  GeneratorOptions how = options();
  const std::vector<int> all = sent_by(how, 50);
  how.limit = 7;
  CHECK(sent_by(how, 50) == std::vector<int>(all.begin(), all.begin() + 7));
  how.limit = 1'000;
  CHECK(sent_by(how, 50) == all);
  how.limit = 0;
  CHECK(sent_by(how, 50).empty());
}

TEST_CASE("the generator's messages carry the image, and its label as header and as key") {
  Stage stage{.data = small_dataset(20)};
  const auto generator = made(options(), stage);
  AppRun run("trainer", *generator);
  run.run();
  CHECK(run.machine.status() == 0);
  CHECK(metric(*generator, "sent") == 20);
  CHECK(run.link.calls.front() == "declare mnist");
  REQUIRE(run.link.published.size() == 20);
  for (std::size_t number = 0; number < 20; ++number) {
    const FakeLink::Published& one = run.link.published[number];
    const int image = image_number(*one.message);
    CHECK(one.resource == "mnist");
    CHECK(one.message->key() == std::to_string(image % 10));
    CHECK(one.message->headers() == Headers{{"label", std::int64_t{image % 10}}});
    CHECK(one.message->id() == "trainer-" + std::to_string(number));
    CHECK(one.message->payload().bytes().data() == stage.data->item(static_cast<std::size_t>(image)).data());
  }
}

TEST_CASE("the generator keeps its rate exactly, however long it runs") {
  Stage stage{.data = small_dataset(100)};
  const auto generator = made(options(), stage);
  AppRun run("trainer", *generator);
  run.run();
  for (std::size_t number = 0; number < 100; ++number) {
    CHECK(run.link.published[number].time_ns == static_cast<TimeNs>(number * 1'000 / 3));
  }
}
