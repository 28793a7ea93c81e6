// What a test in another language hears: replies, refusals, and the end of a simulation.
#include "sim/command/driver_session.h"

#include <fstream>
#include <new>
#include <nlohmann/json.hpp>

#include "dse/error.h"
#include "dse/plain_component.h"
#include "dse/program.h"
#include "dse/random.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

using namespace dse;

namespace {

using Json = nlohmann::json;

// A component that streams `in` and does what its messages' payload says.
Program obeying() {
  return {stream_resource("in", 0, [](Machine& machine, const MessagePtr& message) {
    const auto bytes = message->payload().bytes();
    const std::string word(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (word == "input")
      throw InputErrors({InputError({.file = "a"}, "is wrong"), InputError({}, "so is b")});
    if (word == "run") throw RunError("the disk is \"full\" of \xff");
    if (word == "memory") throw std::bad_alloc();
    if (word == "other") throw std::runtime_error("something else");
    if (word == "usage") throw UsageError("a mistake of the program");
    if (word == "name") machine.eval(write_resource("out", machine.compose({.headers = {{"\xff", true}}})));
    if (word == "loop") machine.eval(write_resource("in", message));
    if (word == "next") machine.next();
  })};
}

Tables tables_with_obeying() {
  Tables tables = built_in_tables();
  tables.kinds.add({.name = "obeying", .read = [](const KeyReader&) {
                      return make_component(obeying(), {.ports = {.reads = "in", .writes = {"in", "out"}}});
                    }});
  return tables;
}

// A session with that component.
class Driven {
 public:
  explicit Driven(const std::atomic<bool>* interrupted = nullptr) : tables_(tables_with_obeying()) {
    std::ofstream(folder_.file("s.toml")) << "[component.one]\nkind = \"obeying\"\n";
    session_.emplace(DriverSessionOptions{.scenario = folder_.file("s.toml"), .interrupted = interrupted},
                     tables_);
  }
  Json ask(const std::string& call) { return Json::parse(session_->answer(call)); }
  // Tells the component to do something, and returns the reply to the step in which it does.
  Json tell(const std::string& word_in_base64) {
    CHECK_FALSE(ask(R"({"call":"write","resource":"in","message":{"payload":")" + word_in_base64 + "\"}}")
                    .contains("error"));
    return ask(R"({"call":"advance","by_ns":5})");
  }

 private:
  TemporaryFolder folder_;
  Tables tables_;
  std::optional<DriverSession> session_;
};

// Checks that the failure is told with these words and that nothing can be called any more.
void check_ends(const std::string& word_in_base64, const std::string& kind, const std::string& text) {
  Driven driven;
  const Json reply = driven.tell(word_in_base64);
  CHECK(reply.at("error") == text);
  CHECK(reply.at("kind") == kind);
  CHECK(reply.size() == 3);
  for (const std::string call : {"drain", "run", "metrics"}) {
    const Json after = driven.ask(R"({"call":")" + call + "\"}");
    CHECK(after.at("kind") == "usage");
    CHECK(after.at("error") ==
          "'" + call + "' after 'advance' failed: the simulation is over, start another");
  }
}

}  // namespace

TEST_CASE("driver session: what is thrown while it runs ends the simulation") {
  check_ends("aW5wdXQ=", "input", "a: is wrong\nso is b");
  check_ends("cnVu", "run", "the disk is \"full\" of \xef\xbf\xbd");
  check_ends("bWVtb3J5", "run", "out of memory: make the scenario smaller or close other programs");
  check_ends("b3RoZXI=", "run", "something else");
}

TEST_CASE("driver session: a program's mistake is not the test's") {
  check_ends("dXNhZ2U=", "run", "a mistake of the program");
  check_ends("c3RhbmQ=", "run",
             "the program of 'one' stands still at 5ns: a callback of it returned without calling next() or "
             "eval(), one of which must end it");
}

TEST_CASE("driver session: a message that JSON cannot say is an error, not a wrong line") {
  Driven driven;
  CHECK_FALSE(driven.tell("bmFtZQ==").contains("error"));
  const Json reply = driven.ask(R"({"call":"read","resource":"out"})");
  CHECK(reply.at("kind") == "run");
  CHECK_THAT(reply.at("error").get<std::string>(), ContainsSubstring("a header whose name is not UTF-8"));
}

TEST_CASE("driver session: it tells whether what was written was accepted, when that is asked") {
  Driven driven;
  const auto write = [&driven](const std::string& more) {
    return driven.ask(R"({"call":"write","resource":"out","message":{"id":"a","key":"k"})" + more + "}");
  };
  CHECK_FALSE(write(R"(,"confirm":true)").contains("error"));
  CHECK_FALSE(write(R"(,"confirm":false)").contains("error"));
  CHECK_THAT(write(R"(,"confirm":1)").at("error").get<std::string>(),
             ContainsSubstring("the confirm of 'write' is 1: expected true or false"));
  CHECK(driven.ask(R"({"call":"confirms"})").at("confirms").empty());
  driven.ask(R"({"call":"drain"})");
  const Json confirms = driven.ask(R"({"call":"confirms"})").at("confirms");
  REQUIRE(confirms.size() == 1);
  CHECK(confirms[0].at("accepted") == true);  // no queue takes it
  CHECK(confirms[0].at("message").at("id") == "a");
  CHECK(driven.ask(R"({"call":"confirms"})").at("confirms").empty());
}

TEST_CASE("driver session: a step that never ends is interrupted") {
  std::atomic<bool> interrupted = false;
  Driven driven(&interrupted);
  CHECK_FALSE(driven.tell("bmV4dA==").contains("error"));
  interrupted = true;
  for (const std::string call :
       {R"({"call":"advance","by_ns":5})", R"({"call":"drain"})", R"({"call":"run"})"}) {
    Driven other(&interrupted);
    CHECK_FALSE(
        other.ask(R"({"call":"write","resource":"in","message":{"payload":"bG9vcA=="}})").contains("error"));
    CHECK_THROWS_AS(other.ask(call), Interrupted);
  }
}

TEST_CASE("driver session: whatever comes in, one line of JSON comes out") {
  const std::vector<std::string> valid = {
      R"({"call":"write","resource":"in","message":{"payload":"bmV4dA==","headers":{"a":{"int64":"7"}}}})",
      R"({"call":"write","resource":"in","message":{"payload":"bmFtZQ==","timestamp_ns":7,"key":"a.b"}})",
      R"({"call":"advance","by_ns":100})",
      R"({"call":"advance","to_ns":100})",
      R"({"call":"write","resource":"out","message":{},"confirm":true})",
      R"({"call":"confirms"})",
      R"({"call":"drain"})",
      R"({"call":"read","resource":"in"})",
      R"({"call":"depth","resource":"out"})",
      R"({"call":"metric","name":"one.unhandled"})",
      R"({"call":"metrics"})",
      R"({"call":"learned_state","component":"one"})",
      R"({"call":"run"})"};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    RandomStream random(seed, "driver", "calls");
    Driven driven;
    std::int64_t now_ns = 0;
    for (int i = 0; i < 200; ++i) {
      std::string call = valid[random.below(valid.size())];
      for (std::uint64_t changes = random.below(4); changes > 0; --changes) {
        const std::size_t at = random.below(call.size());
        if (random.below(2) == 0) {
          call.erase(at, 1 + random.below(3));
        } else {
          call[at] =
              random.below(2) == 0 ? static_cast<char>(random.below(256)) : "{}[]\":,019e-"[random.below(12)];
        }
        if (call.empty()) break;
      }
      CAPTURE(call);
      const Json reply = driven.ask(call);
      REQUIRE(reply.is_object());
      REQUIRE(reply.at("now_ns") >= now_ns);
      now_ns = reply.at("now_ns").get<std::int64_t>();
      if (!reply.contains("error")) continue;
      REQUIRE(reply.size() == 3);
      REQUIRE((reply.at("kind") == "usage" || reply.at("kind") == "run"));
    }
  }
}
