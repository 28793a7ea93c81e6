#include "apps/training_generator.h"

#include <algorithm>
#include <numeric>

#include "support/catch.h"
#include "unit/apps/app_run.h"

using namespace dse;

namespace {

TrainingGeneratorOptions options(std::uint32_t count) {
  return {.dataset = small_dataset(count), .last = count, .to = "mnist", .rate = {3, 1'000}};
}

std::vector<int> sent_images(const AppRun& run) {
  std::vector<int> images;
  for (const FakeLink::Published& one : run.link.published) images.push_back(image_number(*one.message));
  return images;
}

std::vector<int> sent_by(const TrainingGeneratorOptions& how, std::uint64_t seed = 1) {
  RandomStream random(seed, "trainer", "order");
  TrainingGenerator generator(how, random);
  AppRun run("trainer", generator);
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
  std::vector<int> images = sent_by(options(100), 1);
  CHECK(images == sent_by(options(100), 1));
  CHECK(images != sent_by(options(100), 2));
  CHECK_FALSE(std::is_sorted(images.begin(), images.end()));
  std::sort(images.begin(), images.end());
  CHECK(images == count_up(0, 100));
}

TEST_CASE("the generator keeps the file's order when told to") {
  TrainingGeneratorOptions how = options(50);
  how.shuffled = false;
  CHECK(sent_by(how) == count_up(0, 50));
}

TEST_CASE("the generator sends its slice of the data set alone") {
  TrainingGeneratorOptions how = options(50);
  how.first = 10;
  how.last = 30;
  std::vector<int> images = sent_by(how);
  std::sort(images.begin(), images.end());
  CHECK(images == count_up(10, 30));
}

TEST_CASE("a limit cuts the shuffled order short, and may be more than there is") {
  TrainingGeneratorOptions how = options(50);
  const std::vector<int> all = sent_by(how);
  how.limit = 7;
  CHECK(sent_by(how) == std::vector<int>(all.begin(), all.begin() + 7));
  how.limit = 1'000;
  CHECK(sent_by(how) == all);
  how.limit = 0;
  CHECK(sent_by(how).empty());
}

TEST_CASE("the generator's messages carry the image, and its label as header and as key") {
  const TrainingGeneratorOptions how = options(20);
  RandomStream random(1, "trainer", "order");
  TrainingGenerator generator(how, random);
  AppRun run("trainer", generator);
  run.run();
  CHECK(run.machine.status() == 0);
  CHECK(metric(generator, "sent") == 20);
  CHECK(run.link.calls.front() == "declare mnist");
  REQUIRE(run.link.published.size() == 20);
  for (std::size_t number = 0; number < 20; ++number) {
    const FakeLink::Published& one = run.link.published[number];
    const int image = image_number(*one.message);
    CHECK(one.resource == "mnist");
    CHECK(one.message->key() == std::to_string(image % 10));
    CHECK(one.message->headers() == Headers{{"label", std::int64_t{image % 10}}});
    CHECK(one.message->id() == "trainer-" + std::to_string(number));
    CHECK(one.message->payload().bytes().data() ==
          how.dataset->image(static_cast<std::size_t>(image)).data());
  }
}

TEST_CASE("the generator keeps its rate exactly, however long it runs") {
  TrainingGeneratorOptions how = options(100);
  RandomStream random(1, "trainer", "order");
  TrainingGenerator generator(how, random);
  AppRun run("trainer", generator);
  run.run();
  for (std::size_t number = 0; number < 100; ++number) {
    CHECK(run.link.published[number].time_ns == static_cast<TimeNs>(number * 1'000 / 3));
  }
}
