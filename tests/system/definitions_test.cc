// dse definitions: RabbitMQ's definitions become a scenario, and a scenario definitions.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

const std::string kShapes = DSE_SOURCE_DIR "/tests/data/definitions/";

std::vector<std::string> shapes() {
  std::vector<std::string> files;
  for (const std::string& name : names_in(kShapes)) {
    if (name.ends_with(".json")) files.push_back(name);
  }
  return files;
}

Outcome import_file(const std::string& file, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words = {"definitions", "import", file};
  words.insert(words.end(), more.begin(), more.end());
  return run_process(dse_command(words));
}

}  // namespace

TEST_CASE("definitions: every import is a scenario that check takes as it is, and that runs") {
  REQUIRE(shapes().size() == 10);
  for (const std::string& shape : shapes()) {
    INFO(shape);
    const ProgramFixture fixture;
    const std::string scenario = fixture.file("s.toml");
    const Outcome imported = import_file(kShapes + shape, {"-o", scenario});
    CHECK(imported.status == 0);
    CHECK(imported.out.empty());
    CHECK(names_in(fixture.file("")) == std::vector<std::string>{"s.toml"});
    const Outcome checked = run_process(dse_command({"check", scenario}));
    INFO(checked.err);
    CHECK(checked.status == 0);
    CHECK(fixture.replay(scenario).status == 0);
    CHECK(run_process(dse_command({"definitions", "export", scenario})).status == 0);
  }
}

TEST_CASE("definitions: what was not imported is said, and is in the scenario") {
  const Outcome outcome = import_file(kShapes + "quorum.json");
  CHECK(outcome.status == 0);
  const std::string note = "not imported: the queue \"audit\": a scenario has no queues of type \"stream\"";
  CHECK_THAT(outcome.err, ContainsSubstring(note + "\n"));
  CHECK_THAT(outcome.out, ContainsSubstring("#  " + note + "\n"));
}

TEST_CASE("definitions: another virtual host") {
  const Outcome outcome = import_file(kShapes + "several-vhosts.json", {"--vhost", "staging"});
  CHECK(outcome.status == 0);
  CHECK_THAT(outcome.out, ContainsSubstring("max_length = 100"));
  CHECK_THAT(outcome.out, ContainsSubstring("permissions of \"app\": configure \"^$\""));
  const Outcome none = import_file(kShapes + "several-vhosts.json", {"--vhost", "stagin"});
  CHECK(none.status == 2);
  CHECK_THAT(none.err, ContainsSubstring("has no virtual host \"stagin\"; did you mean 'staging'?"));
}

TEST_CASE("definitions: nothing is overwritten, and nothing is left of what failed") {
  const ProgramFixture fixture;
  const std::string taken = fixture.write("taken.toml", "mine");
  const Outcome refused = import_file(kShapes + "celery.json", {"-o", taken});
  CHECK(refused.status == 2);
  CHECK(refused.err ==
        "dse: " + taken + ": exists, and nothing is overwritten: choose a name that is free\n");
  CHECK(read_file(taken) == "mine");
  const Outcome nowhere = import_file(kShapes + "celery.json", {"--out", fixture.file("no/s.toml")});
  CHECK(nowhere.status == 3);
  CHECK_THAT(nowhere.err, ContainsSubstring("cannot write '" + fixture.file("no/s.toml") + "'"));
  const std::string bad = fixture.write("bad.json", "{\"queues\": [{}]}");
  const Outcome wrong = import_file(bad, {"-o", fixture.file("s.toml")});
  CHECK(wrong.status == 2);
  CHECK(wrong.err == "dse: " + bad + ": queues[0]: has no 'name'\n");
  CHECK(names_in(fixture.file("")) == std::vector<std::string>{"bad.json", "taken.toml"});
}

TEST_CASE("definitions: files that are none") {
  const ProgramFixture fixture;
  CHECK_THAT(import_file(fixture.file("none.json")).err, ContainsSubstring("cannot be opened"));
  CHECK_THAT(import_file(fixture.file("")).err, ContainsSubstring("is a folder"));
  CHECK_THAT(import_file("/dev/zero").err, ContainsSubstring("has more than 67108864 bytes"));
  CHECK(import_file("/dev/null").status == 2);
  CHECK(run_process(dse_command({"definitions"})).status == 2);
}

TEST_CASE("definitions: twenty thousand queues") {
  const ProgramFixture fixture;
  const std::string file = fixture.file("d.json");
  {
    std::ofstream json(file);
    json << R"({"vhosts":[{"name":"/"}],"exchanges":[{"name":"in","vhost":"/","type":"topic"},)"
            R"({"name":"dlx","vhost":"/","type":"fanout"}],"queues":[{"name":"dead","vhost":"/"})";
    for (int i = 0; i < 20'000; ++i) {
      json << R"(,{"name":"team.)" << i << R"(.jobs","vhost":"/","arguments":{)"
           << (i % 4 == 0 ? R"("x-dead-letter-exchange":"dlx")" : "") << "}}";
    }
    json << R"(],"bindings":[{"source":"dlx","vhost":"/","destination":"dead","destination_type":"queue",)"
            R"("routing_key":""})";
    for (int i = 0; i < 20'000; ++i) {
      json << R"(,{"source":"in","vhost":"/","destination":"team.)" << i
           << R"(.jobs","destination_type":"queue","routing_key":"a.)" << i << R"("})";
    }
    json
        << R"(],"policies":[{"name":"a","vhost":"/","pattern":"^team\\.[0-9]*7","definition":{"max-length":5}},)"
           R"({"name":"b","vhost":"/","pattern":".*","priority":-1,"definition":{"expires":5000}}]})";
  }
  const std::string scenario = fixture.file("s.toml");
  CHECK(import_file(file, {"-o", scenario}).status == 0);
  // Each of these took minutes when every queue was compared with every other one.
  CHECK(run_process(dse_command({"check", scenario})).status == 0);
  const Outcome exported = run_process(dse_command({"definitions", "export", scenario}));
  CHECK(exported.status == 0);
  CHECK(std::count(exported.out.begin(), exported.out.end(), '\n') > 80'000);
}
