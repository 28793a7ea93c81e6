// How to get from a message back to its data: the image that a source sent, the truth for a verdict.
#include "kinds/ensemble.h"
#include "kinds/production_source.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

using Told = std::vector<std::pair<std::string, std::uint32_t>>;

Told indices_of(std::shared_ptr<const Dataset> dataset) {
  Stage stage{.data = std::move(dataset)};
  const auto source =
      make_production_source({.data = {.slice = Slice{.first = 5, .last = 8}}, .to = "camera"})
          ->make(stage.context("camera"));
  AppRun run("camera", *source);
  run.run();
  const Told& told = stage.indices;
  REQUIRE(run.link.published.size() == told.size());
  for (std::size_t number = 0; number < told.size(); ++number) {
    CHECK(run.link.published[number].message->id() == told[number].first);
    CHECK(image_number(*run.link.published[number].message) == static_cast<int>(told[number].second));
  }
  return told;
}

}  // namespace

TEST_CASE("a source tells the place of each image in its file, with truth and without") {
  const Told expected = {{"camera-0", 5}, {"camera-1", 6}, {"camera-2", 7}};
  CHECK(indices_of(small_dataset(20)) == expected);
  CHECK(indices_of(small_dataset(20, false)) == expected);
}

TEST_CASE("a verdict has the truth beside it, where somebody knows it") {
  Stage stage;
  MakeContext context = stage.context("votes");
  context.truth_of = [](const std::string& id) { return id == "known" ? std::optional(7) : std::nullopt; };
  const auto ensemble = make_ensemble({.from = "votes"}, {"a"})->make(context);
  AppRun run("votes", *ensemble);
  for (const std::string id : {"known", "unknown"}) {
    run.deliver({.headers = {{"label", std::int64_t{1}}}, .id = "a-1", .correlation_id = id, .app_id = "a"});
  }
  CHECK(stage.lines == std::vector<std::string>{"virtual_time_ns,correlation_id,label,votes,models,truth",
                                                "0,known,1,1,1,7", "0,unknown,1,1,1,"});
}
