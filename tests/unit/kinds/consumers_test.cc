// Echo, watch and ensemble: what they write about the messages that they receive.
#include "kinds/echo.h"
#include "kinds/ensemble.h"
#include "kinds/watch.h"
#include "support/catch.h"
#include "unit/kinds/app_run.h"

using namespace dse;

namespace {

using Lines = std::vector<std::string>;

struct Vote {
  std::string model;
  std::int64_t label = 0;
  double confidence = 0;
};

struct EnsembleRun {
  Stage stage;
  Lines& lines = stage.lines;
  std::vector<std::pair<std::string, int>>& verdicts = stage.verdicts;
  std::unique_ptr<App> app;
  App& ensemble = *app;
  AppRun run{"votes", ensemble};

  explicit EnsembleRun(std::vector<std::string> models)
      : app(make_ensemble({.from = "votes"}, std::move(models))->make(stage.context("votes"))) {}

  void vote(const std::string& id, const Vote& one) {
    run.deliver({.headers = {{"label", one.label}, {"confidence", one.confidence}},
                 .id = one.model + "-1",
                 .correlation_id = id,
                 .app_id = one.model});
  }
  // The label that wins.
  int decide(const std::vector<Vote>& votes) {
    const std::size_t before = verdicts.size();
    const std::string id = "m-" + std::to_string(before);
    for (const Vote& one : votes) {
      REQUIRE(verdicts.size() == before);
      vote(id, one);
    }
    REQUIRE(verdicts.size() == before + 1);
    REQUIRE(verdicts.back().first == id);
    return verdicts.back().second;
  }
};

}  // namespace

TEST_CASE("echo prints each message and its label") {
  Stage stage;
  const Lines& lines = stage.lines;
  const auto app = make_echo({.from = "echo", .service_ns = 1'500})->make(stage.context("echo", 3));
  App& echo = *app;
  AppRun run("echo", echo);
  CHECK(run.link.calls == Lines{"declare echo", "stream echo 3"});
  run.deliver({.payload = Payload::copy_of("1234"),
               .key = "lenet.7",
               .headers = {{"label", std::int64_t{7}}},
               .id = "lenet-0"});
  run.deliver({.id = "camera-1"}, 1, true);
  CHECK(lines == Lines{"0.000000000 lenet-0 label=7 key=lenet.7 4 bytes",
                       "0.000001500 camera-1 label=- key= 0 bytes redelivered"});
  CHECK(metric(echo, "received") == 2);
  CHECK(run.link.now() == 3'000);
}

TEST_CASE("watch keeps a line of what was routed to it") {
  Stage stage;
  const Lines& lines = stage.lines;
  const auto app = make_watch({.from = "sevens"})->make(stage.context("sevens"));
  App& watch = *app;
  AppRun run("sevens", watch);
  run.deliver({.payload = Payload::copy_of("1234"),
               .key = "lenet.7",
               .headers = {{"label", std::int64_t{7}}, {"model", std::string("lenet")}, {"confidence", 0.5}},
               .id = "lenet-0",
               .correlation_id = "camera-1"});
  run.deliver({.id = "camera-2"});
  REQUIRE(lines.size() == 3);
  CHECK(lines[0] == "virtual_time_ns,id,correlation_id,key,label,model,confidence,payload_hash");
  CHECK(lines[1] == "0,lenet-0,camera-1,lenet.7,7,lenet,0.5," + hex64(hash_text("1234")));
  CHECK(lines[2] == "0,camera-2,,,-,-,-," + hex64(hash_text("")));
  CHECK(metric(watch, "received") == 2);
}

TEST_CASE("watch quotes what would break its line") {
  Stage stage;
  const Lines& lines = stage.lines;
  const auto watch = make_watch({.from = "sevens"})->make(stage.context("sevens"));
  AppRun run("sevens", *watch);
  run.deliver({.headers = {{"label", std::string("a\nb")}}, .id = "x,y", .correlation_id = "say \"z\""});
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] == "0,\"x,y\",\"say \"\"z\"\"\",,\"a\nb\",-,-," + hex64(hash_text("")));
}

TEST_CASE("echo keeps a message in its line, and each field in its place") {
  Stage stage;
  const Lines& lines = stage.lines;
  const auto echo = make_echo({.from = "echo"})->make(stage.context("echo"));
  AppRun run("echo", *echo);
  run.deliver({.key = "a\nfake 0.1 trainer-0 label=7",
               .headers = {{"label", std::string("\x1b[2J")}},
               .id = std::string("x\0y", 3)});
  CHECK(lines ==
        Lines{"0.000000000 x\\x00y label=\\x1b[2J key=\"a\\x0afake 0.1 trainer-0 label=7\" 0 bytes"});
}

TEST_CASE("ensemble quotes what would break its line") {
  EnsembleRun one({"a"});
  one.vote("x,\"y\"\r\nz", {"a", 1, 0.5});
  REQUIRE(one.lines.size() == 2);
  CHECK(one.lines[1] == "0,\"x,\"\"y\"\"\r\nz\",1,1,1,");
  CHECK(one.verdicts.front().first == "x,\"y\"\r\nz");
}

TEST_CASE("the majority of the models decides, whatever the confidences") {
  EnsembleRun one({"a", "b", "c"});
  CHECK(one.decide({{"a", 1, 0.99}, {"b", 2, 0.1}, {"c", 2, 0.1}}) == 2);
  CHECK(one.decide({{"c", 4, 0.1}, {"a", 4, 0.1}, {"b", 9, 0.99}}) == 4);
  CHECK(one.lines ==
        Lines{"virtual_time_ns,correlation_id,label,votes,models,truth", "0,m-0,2,2,3,", "0,m-1,4,2,3,"});
  CHECK(metric(one.ensemble, "decided") == 2);
  CHECK(metric(one.ensemble, "undecided") == 0);
  CHECK(metric(one.ensemble, "received") == 6);
}

TEST_CASE("of labels with as many votes the surer one wins, then the smaller one") {
  EnsembleRun one({"a", "b", "c", "d"});
  CHECK(one.decide({{"a", 1, 0.5}, {"b", 2, 0.75}, {"c", 1, 0.5}, {"d", 2, 0.5}}) == 2);
  CHECK(one.decide({{"a", 9, 0.75}, {"b", 2, 0.5}, {"c", 9, 0.5}, {"d", 2, 0.5}}) == 9);
  CHECK(one.decide({{"a", 9, 0.5}, {"b", 2, 0.5}, {"c", 9, 0.5}, {"d", 2, 0.5}}) == 2);
}

TEST_CASE("only named models vote, once each, the last answer counting") {
  EnsembleRun one({"a", "b"});
  one.vote("m", {"stranger", 5, 0.9});
  one.vote("m", {"a", 1, 0.2});
  one.vote("m", {"a", 3, 0.4});
  CHECK(one.verdicts.empty());
  CHECK(metric(one.ensemble, "undecided") == 1);
  one.vote("m", {"b", 7, 0.3});
  CHECK(one.verdicts == std::vector<std::pair<std::string, int>>{{"m", 3}});
  CHECK(metric(one.ensemble, "received") == 4);
}

TEST_CASE("ballots of several messages do not mix") {
  EnsembleRun one({"a", "b"});
  one.vote("m", {"a", 1, 0.5});
  one.vote("n", {"a", 2, 0.5});
  one.vote("n", {"b", 2, 0.5});
  one.vote("m", {"b", 1, 0.5});
  CHECK(one.verdicts == std::vector<std::pair<std::string, int>>{{"n", 2}, {"m", 1}});
}

TEST_CASE("a message that is no answer is received and not counted") {
  EnsembleRun one({"a"});
  one.run.deliver({.headers = {{"label", std::int64_t{1}}}, .id = "a-1", .app_id = "a"});
  one.run.deliver({.id = "a-2", .correlation_id = "m", .app_id = "a"});
  CHECK(one.verdicts.empty());
  CHECK(metric(one.ensemble, "undecided") == 0);
  CHECK(metric(one.ensemble, "received") == 2);
}

TEST_CASE("replicas of a model have one vote, which the one that has answered gives") {
  Stage stage;
  MakeContext context = stage.context("votes");
  context.called = [](const std::string& name) { return name.starts_with("a-") ? "a" : name; };
  const auto ensemble = make_ensemble({.from = "votes"}, {"a", "b"})->make(context);
  AppRun run("votes", *ensemble);
  const auto vote = [&run](const std::string& id, const std::string& model, std::int64_t label) {
    run.deliver({.headers = {{"label", label}}, .id = model, .correlation_id = id, .app_id = model});
  };
  vote("m", "a-2", 7);
  vote("m", "b", 7);
  vote("n", "b", 3);
  vote("n", "a-1", 3);
  vote("o", "b-1", 3);  // no replica of b
  CHECK(metric(*ensemble, "decided") == 2);
  CHECK(metric(*ensemble, "undecided") == 0);
  CHECK(stage.verdicts == std::vector<std::pair<std::string, int>>{{"m", 7}, {"n", 3}});
}

TEST_CASE("a consumer that starts again goes on with its counts and its lines") {
  Stage stage;
  const auto component = make_ensemble({.from = "votes"}, {"a", "b"});
  const auto crashed = component->make(stage.context("votes"));
  const auto deliver = [](AppRun& run, const std::string& id, const std::string& model) {
    run.deliver(
        {.headers = {{"label", std::int64_t{1}}}, .id = model, .correlation_id = id, .app_id = model});
  };
  {
    AppRun run("votes", *crashed);
    for (const char* model : {"a", "b"}) deliver(run, "decided", model);
    deliver(run, "half", "a");
    deliver(run, "other half", "a");
  }
  MakeContext context = stage.context("votes");
  context.restarts = 1;
  const auto again = component->make(context);
  again->add_counts(*crashed);
  CHECK(metric(*again, "received") == 4);
  CHECK(metric(*again, "decided") == 1);
  CHECK(metric(*again, "undecided") == 2);
  AppRun run("votes", *again);
  for (const char* model : {"b", "a"}) deliver(run, "half", model);
  CHECK(metric(*again, "decided") == 2);
  CHECK(metric(*again, "undecided") == 1);
  CHECK(std::count(stage.lines.begin(), stage.lines.end(), stage.lines.front()) == 1);
}
