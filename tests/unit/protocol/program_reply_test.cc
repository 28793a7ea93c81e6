// Replies of programs: what they say, and why they are refused.
#include "protocol/program_reply.h"

#include <string>
#include <vector>

#include "protocol/program_values.h"
#include "support/catch.h"

using namespace dse;

namespace {

// A component that reads, and is handling a message; what it may write and measure.
struct Reading {
  std::vector<std::string> may_write = {"out", "more"};
  std::vector<std::string> metrics = {"loss"};
  bool reads = true;
  bool streams = false;
  bool handling = true;
  const char* note = nullptr;

  std::vector<ReplyStep> steps(const std::string& steps) const { return line("{\"steps\":" + steps + "}"); }
  std::vector<ReplyStep> line(const std::string& line) const {
    return read_steps(line, {.may_write = may_write,
                             .metrics = metrics,
                             .reads = reads,
                             .streams = streams,
                             .handling = handling,
                             .note = note});
  }
};

template <typename One>
One only(const std::vector<ReplyStep>& steps) {
  REQUIRE(steps.size() == 1);
  REQUIRE(std::holds_alternative<One>(steps[0]));
  return std::get<One>(steps[0]);
}

void check_refused(const Reading& reading, const std::string& steps, const std::string& text) {
  CAPTURE(steps);
  CHECK_THROWS_AS(reading.steps(steps), ProtocolError);
  CHECK_THROWS_WITH(reading.steps(steps), ContainsSubstring(text));
}

}  // namespace

TEST_CASE("steps: none") {
  const Reading reading;
  for (const char* line : {"{}", "{ }", R"({"steps":[]})", " {\"steps\" : [ ]}\t"})
    CHECK(reading.line(line).empty());
}

TEST_CASE("steps: each") {
  const Reading reading;
  CHECK(only<CreateStep>(reading.steps(R"([["create","a-b_C.9"]])")).resource == "a-b_C.9");
  CHECK(only<AfterStep>(reading.steps(R"([["after",0]])")).delay_ns == 0);
  CHECK(only<AfterStep>(reading.steps(R"([["after",{"int64":"9223372036854775807"}]])")).delay_ns ==
        INT64_MAX);
  CHECK(only<RejectStep>(reading.steps(R"([["reject",true]])")).requeue);
  CHECK_FALSE(only<RejectStep>(reading.steps(R"([["reject",false]])")).requeue);
  CHECK(only<ExitStep>(reading.steps(R"([["exit",255]])")).status == 255);
  CHECK(only<MetricStep>(reading.steps(R"([["metric","loss",1]])")).value == 1.0);
  CHECK(only<MetricStep>(reading.steps(R"([["metric","loss",{"double":-2}]])")).value == -2.0);
  CHECK(only<StreamStep>(reading.steps(R"([["stream"]])")).prefetch == std::nullopt);
  CHECK(only<StreamStep>(reading.steps(R"([["stream",{}]])")).prefetch == std::nullopt);
  CHECK(only<StreamStep>(reading.steps(R"([["stream",{"prefetch":65535}]])")).prefetch == 65535U);

  const auto write = only<WriteStep>(reading.steps(R"([["write","more",{"key":"k"}]])"));
  CHECK(write.resource == "more");
  CHECK(write.message.key == "k");
  CHECK_FALSE(write.mandatory);
  CHECK(only<WriteStep>(reading.steps(R"([["write","out",{},{"mandatory":true}]])")).mandatory);
  CHECK_FALSE(only<WriteStep>(reading.steps(R"([["write","out",{},{}]])")).mandatory);
  const auto confirmed = only<WriteStep>(reading.steps(R"([["write","out",{},{"confirm":true}]])"));
  CHECK(confirmed.confirm);
  CHECK_FALSE(confirmed.mandatory);
  const auto both =
      only<WriteStep>(reading.steps(R"([["write","out",{},{"confirm":true,"mandatory":true}]])"));
  CHECK(both.confirm);
  CHECK(both.mandatory);

  const auto bind = only<BindStep>(reading.steps(R"([["bind",{"from":"a","to":"b"}]])"));
  CHECK(bind.binding.from == "a");
  CHECK(bind.binding.to == "b");
  CHECK(bind.binding.key == "#");
  CHECK(bind.binding.match == HeaderMatch::kAll);
  const auto full = only<BindStep>(
      reading.steps(R"([["bind",{"from":"a","to":"b","key":"x.*","headers":{"label":7},"match":"any"}]])"));
  CHECK(full.binding.key == "x.*");
  CHECK(*full.binding.headers.find_integer("label") == 7);
  CHECK(full.binding.match == HeaderMatch::kAny);
}

TEST_CASE("steps: many, in order") {
  std::string list = "[";
  for (int i = 0; i < 1000; ++i) list += "[\"after\"," + std::to_string(i) + "],";
  list += "[\"stream\"]]";
  const std::vector<ReplyStep> steps = Reading().steps(list);
  REQUIRE(steps.size() == 1001);
  for (std::size_t i = 0; i < 1000; ++i)
    CHECK(std::get<AfterStep>(steps[i]).delay_ns == static_cast<TimeNs>(i));
}

TEST_CASE("steps: what is refused") {
  const Reading reading;
  check_refused(reading, "{}", "its steps are {}: expected a list");
  check_refused(reading, "null", "its steps are null: expected a list");
  check_refused(reading, "[[]]", "the step [] is not one: a step is a list that begins with its name");
  check_refused(reading, "[7]", "the step 7 is not one");
  check_refused(reading, "[[7]]", "the step [7] is not one");
  check_refused(reading, R"([["wait",7]])", "there is no step \"wait\"");
  check_refused(reading, R"([["wrote","out",{}]])", "did you mean 'write'?");
  check_refused(reading, R"([["create"]])", "has 1 parts: expected 2");
  check_refused(reading, R"([["create","a","b"]])", "has 3 parts: expected 2");
  check_refused(reading, R"([["create","a b"]])", "a resource's name is letters, digits, -, _ and .");
  check_refused(reading, R"([["create",""]])", "the resource of \"create\" is \"\"");
  check_refused(reading, R"([["create",7]])", "the resource of \"create\" is 7");
  check_refused(reading, R"([["create","amq.direct"]])", "a resource's name");
  check_refused(reading, "[[\"create\",\"" + std::string(256, 'a') + "\"]]", "a resource's name");
  check_refused(reading, R"([["after",-1]])", "the time of \"after\" is -1: expected an integer from 0");
  check_refused(reading, R"([["after",1.5]])", "the time of \"after\" is 1.5");
  check_refused(reading, R"([["after","1s"]])", "the time of \"after\" is \"1s\"");
  check_refused(reading, R"([["after",true]])", "the time of \"after\" is true");
  check_refused(reading, R"([["reject","no"]])", "expected true or false");
  check_refused(reading, R"([["reject"]])", "has 1 parts");
  check_refused(reading, R"([["exit",256]])",
                "the status of \"exit\" is 256: expected an integer from 0 to 255");
  check_refused(reading, R"([["exit",-1]])", "the status of \"exit\" is -1");
  check_refused(reading, R"([["metric","accuracy",1]])", "add it to `metrics` in the scenario");
  check_refused(reading, R"([["metric","loss"]])", "has 2 parts: expected 3");
  check_refused(reading, R"([["metric","loss",{"double":"NaN"}]])", "expected a finite number");
  check_refused(reading, R"([["metric","loss",true]])", "expected a finite number");
  check_refused(reading, R"([["write","out"]])", "has 2 parts: expected 3 to 4");
  check_refused(reading, R"([["write","in",{}]])",
                "it writes to \"in\", which it may not: its component's `to` is "
                "out, more; add the name there");
  check_refused(reading, R"([["write","out",{},true]])",
                "the last part of \"write\" is true: expected an object");
  check_refused(reading, R"([["write","out",{},{"persistent":true}]])", "which is none of mandatory");
  check_refused(reading, R"([["write","out",{},{"confirms":true}]])", "which is none of mandatory, confirm");
  check_refused(reading, R"([["write","out",{},{"confirm":null}]])",
                "\"confirm\" is null: expected true or false");
  check_refused(reading, R"([["write","out",{},{"mandatory":1}]])",
                "\"mandatory\" is 1: expected true or false");
  check_refused(reading, R"([["stream",{"prefetch":65536}]])", "expected an integer from 0 to 65535");
  check_refused(reading, R"([["stream",7]])", "the second part of \"stream\" is 7");
  check_refused(reading, R"([["stream"],["after",1]])", "it streams for ever, so it comes last");
  check_refused(reading, R"([["stream"],["stream"]])", "so it comes last");
  check_refused(reading, R"([["bind",{"from":"a"}]])", "the binding of \"bind\" has no \"to\"");
  check_refused(reading, R"([["bind",{"to":"a"}]])", "the binding of \"bind\" has no \"from\"");
  check_refused(reading, R"([["bind",{"from":"a","to":"b","queue":"c"}]])", "which is none of from, to, key");
  check_refused(reading, R"([["bind",{"from":"a","to":"b","match":"none"}]])", "expected \"all\" or \"any\"");
  check_refused(reading, R"([["bind",{"from":"a","to":"b","match":7}]])", "the match of a binding is 7");
  check_refused(reading, R"([["bind",{"from":"a","to":"b","headers":{"x":{"double":"NaN"}}}]])",
                "has NaN, which nothing matches");
  check_refused(reading,
                "[[\"bind\",{\"from\":\"a\",\"to\":\"b\",\"key\":\"" + std::string(256, 'k') + "\"}]]",
                "the key of a binding has 256 bytes: the most is 255");
}

TEST_CASE("steps: which a reply may have depends on the call") {
  Reading starting{.handling = false};
  check_refused(starting, R"([["reject",true]])", "no message is being handled");
  check_refused({.reads = false}, R"([["stream"]])", "its component has no `from`");
  check_refused({.streams = true}, R"([["stream"]])", "it streams already");
  check_refused({.may_write = {}}, R"([["write","out",{}]])", "its component has no `to`");
  const Reading note{.handling = false, .note = "returned"};
  for (const char* step : {R"(["after",1])", R"(["stream"])", R"(["exit",0])"})
    check_refused(note, "[" + std::string(step) + "]", "cannot follow `returned`: it waits or ends");
  const Reading verdict{.handling = false, .note = "confirmed"};
  check_refused(verdict, R"([["after",1]])", "cannot follow `confirmed`: it waits or ends");
  CHECK(
      note.steps(R"([["create","a"],["write","out",{}],["metric","loss",1],["bind",{"from":"a","to":"b"}]])")
          .size() == 4);
}

TEST_CASE("replies: what is no JSON, or no object") {
  const Reading reading;
  for (const std::string line : {"", "hello", "{", "{}{}", "{} x", "{'steps':[]}", "NaN", "{\"steps\":[]",
                                 "{\"a\":\"\xff\"}", "\xef\xbb\xbf", "{\"a\":1e999}", "// {}"}) {
    CAPTURE(line);
    CHECK_THROWS_AS(reading.line(line), ProtocolError);
    CHECK_THROWS_WITH(reading.line(line), ContainsSubstring("which is no JSON: only replies may go"));
  }
  for (const std::string line : {"[]", "7", "null", "\"text\""}) {
    CAPTURE(line);
    CHECK_THROWS_WITH(reading.line(line), "it said " + line + ", which is no reply: expected an object");
  }
  CHECK_THROWS_WITH(reading.line(R"({"step":[]})"),
                    "its reply has the member \"step\", which is none of steps");
}

TEST_CASE("replies: an integer that no 64 bits hold is not taken for a double") {
  const Reading reading;
  for (const std::string number :
       {"9223372036854775808", "-9223372036854775809", "100000000000000000000", "18446744073709551616"}) {
    CAPTURE(number);
    CHECK_THROWS_WITH(reading.steps(R"([["write","out",{"headers":{"a\\":)" + number + "}}]]"),
                      ContainsSubstring("it said the integer " + number + ", which needs more than 64 bits"));
  }
  const auto headers =
      only<WriteStep>(reading.steps(R"([["write","out",{"headers":{"a":9223372036854775807,)"
                                    R"("b":-9223372036854775808,"c":100000000000000000000.0,)"
                                    R"("d":1e20,"\"100000000000000000000":)"
                                    R"("100000000000000000000\\\"100000000000000000000"}}]])"))
          .message.headers;
  CHECK(*headers.find_integer("a") == INT64_MAX);
  CHECK(*headers.find_integer("b") == INT64_MIN);
  CHECK(*headers.find("c") == HeaderValue(1e20));
  CHECK(*headers.find("d") == HeaderValue(1e20));
  CHECK(headers.find("\"100000000000000000000") != nullptr);
}

TEST_CASE("replies: deep nesting is refused, without deep recursion") {
  const Reading reading;
  for (const std::size_t depth : {100U, 2'000U, 10'000U, 1'000'000U}) {
    const std::string nested = std::string(depth, '[') + std::string(depth, ']');
    CHECK_THROWS_AS(reading.line(nested), ProtocolError);
    CHECK_THROWS_AS(reading.steps(nested), ProtocolError);
    CHECK_THROWS_AS(reading.line(std::string(depth, '[')), ProtocolError);
    std::string objects;
    for (std::size_t i = 0; i < std::min<std::size_t>(depth, 100'000); ++i) objects += "{\"steps\":";
    CHECK_THROWS_AS(reading.line(objects), ProtocolError);
  }
}

TEST_CASE("replies: an error shows no more than a piece") {
  const Reading reading;
  for (const std::string& line :
       {std::string(1'000'000, 'x'), "\"" + std::string(1'000'000, 'x') + "\"",
        "[" + std::string(1'000'000, '7') + "]", "{\"" + std::string(1'000'000, 'k') + "\":1}",
        R"({"steps":[[")" + std::string(1'000'000, 'x') + R"("]]})"}) {
    try {
      reading.line(line);
      FAIL("it is taken");
    } catch (const ProtocolError& error) {
      CHECK(std::string(error.what()).size() < 400);
    }
  }
}

TEST_CASE("replies: nothing, a state, a digest, the finish") {
  CHECK_NOTHROW(read_nothing("{}"));
  CHECK_THROWS_WITH(read_nothing(R"({"steps":[]})"), "its reply has the member \"steps\": expected {}");
  CHECK(read_state("{}") == std::nullopt);
  CHECK(read_state(R"({"state":""})") == "");
  CHECK(read_state(R"({"state":"Zm9v"})") == "foo");
  CHECK_THROWS_WITH(read_state(R"({"state":"foo"})"), "the state in its reply is \"foo\": expected base64");
  CHECK_THROWS_WITH(read_state(R"({"state":7})"), ContainsSubstring("expected base64"));
  CHECK_THROWS_AS(read_state(R"({"digest":"x"})"), ProtocolError);
  CHECK(read_digest("{}") == std::nullopt);
  CHECK(read_digest(R"({"digest":"x"})") == "x");
  CHECK(read_digest(R"({"digest":{"text":"/w=="}})") == "\xff");
  CHECK_THROWS_WITH(read_digest(R"({"digest":7})"), "the digest in its reply is 7: expected a text");

  const std::vector<std::string> metrics = {"loss"};
  CHECK(read_finish("{}", metrics).metrics.empty());
  const FinishReply finish = read_finish(R"({"metrics":{"loss":0.5},"digest":"d"})", metrics);
  CHECK(finish.metrics == std::map<std::string, double>{{"loss", 0.5}});
  CHECK(finish.digest == "d");
  CHECK_THROWS_WITH(read_finish(R"({"metrics":[]})", metrics),
                    "the metrics in its reply are []: expected an object");
  CHECK_THROWS_WITH(read_finish(R"({"metrics":{"gain":1}})", metrics),
                    ContainsSubstring("add it to `metrics` in the scenario"));
  CHECK_THROWS_WITH(read_finish(R"({"metrics":{"loss":null}})", metrics),
                    ContainsSubstring("\"loss\" is null"));
}

TEST_CASE("predictions: labels and confidences, or probabilities") {
  const PredictionRules rules{.count = 2, .classes = 3};
  CHECK(read_predictions("{}", rules).each.empty());
  CHECK(read_predictions("{ }", rules).each.empty());
  const auto said = read_predictions(R"({"labels":[2,0],"confidences":[0.25,1]})", rules);
  REQUIRE(said.each.size() == 2);
  CHECK((said.each[0].label == 2 && said.each[0].confidence == 0.25));
  CHECK((said.each[1].label == 0 && said.each[1].confidence == 1));
  CHECK(said.probabilities.empty());
  const auto likely = read_predictions(R"({"probabilities":[[0.4,0.4,0.2],[0,0,1]]})", rules);
  REQUIRE(likely.each.size() == 2);
  CHECK((likely.each[0].label == 0 && likely.each[0].confidence == 0.4));  // the first among equals
  CHECK((likely.each[1].label == 2 && likely.each[1].confidence == 1));
  CHECK(likely.probabilities == std::vector<double>{0.4, 0.4, 0.2, 0, 0, 1});

  const std::pair<std::string, std::string> refused[] = {
      {R"({"labels":[1,1]})", "its reply lacks \"confidences\""},
      {R"({"confidences":[1,1]})", "its reply lacks \"labels\""},
      {R"({"labels":[1],"confidences":[1]})", "\"labels\" in its reply is a list of 1: expected a list of 2"},
      {R"({"labels":1,"confidences":[1]})", "\"labels\" in its reply is 1: expected a list of 2"},
      {R"({"labels":[1,3],"confidences":[1,1]})", "a label is 3: expected an integer from 0 to 2"},
      {R"({"labels":[1,1.0],"confidences":[1,1]})", "a label is 1.0"},
      {R"({"labels":[1,1],"confidences":[1,1.5]})", "a confidence is 1.5: expected 0 to 1"},
      {R"({"labels":[1,1],"confidences":[1,-0.5]})", "a confidence is -0.5"},
      {R"({"labels":[1,1],"confidences":[1,{"double":"NaN"}]})", "expected a finite number"},
      {R"({"probabilities":[[1,0,0],[1,0]]})", "its probabilities have the row [1,0]: expected 3 numbers"},
      {R"({"probabilities":[[1,0,0],[1,0,2]]})", "a probability is 2: expected 0 to 1"},
      {R"({"probabilities":[[1,0,0]]})", "a list of 1: expected a list of 2"},
      {R"({"probabilities":[[1,0,0],[1,0,0]],"labels":[0,0]})", "has \"probabilities\" beside others"},
      {R"({"label":[1,1]})", "which is none of labels, confidences, probabilities"}};
  for (const auto& [line, text] : refused) {
    CAPTURE(line);
    CHECK_THROWS_AS(read_predictions(line, rules), ProtocolError);
    CHECK_THROWS_WITH(read_predictions(line, rules), ContainsSubstring(text));
  }
}

TEST_CASE("steps: whatever differs in a step differs in the fingerprint") {
  const std::vector<std::string> replies = {R"([["create","a"]])",
                                            R"([["create","b"]])",
                                            R"([["after",1]])",
                                            R"([["after",2]])",
                                            R"([["reject",true]])",
                                            R"([["reject",false]])",
                                            R"([["exit",1]])",
                                            R"([["exit",2]])",
                                            R"([["metric","loss",1]])",
                                            R"([["metric","loss",2]])",
                                            R"([["stream"]])",
                                            R"([["stream",{"prefetch":1}]])",
                                            R"([["write","out",{}]])",
                                            R"([["write","more",{}]])",
                                            R"([["write","out",{},{"mandatory":true}]])",
                                            R"([["write","out",{},{"confirm":true}]])",
                                            R"([["write","out",{},{"confirm":true,"mandatory":true}]])",
                                            R"([["write","out",{"key":"k"}]])",
                                            R"([["write","out",{"payload":"Zm9v"}]])",
                                            R"([["write","out",{"headers":{"a":1}}]])",
                                            R"([["write","out",{"headers":{"a":1.0}}]])",
                                            R"([["write","out",{"headers":{"a":"1"}}]])",
                                            R"([["write","out",{"correlation_id":"c"}]])",
                                            R"([["write","out",{"content_type":"c"}]])",
                                            R"([["bind",{"from":"a","to":"b"}]])",
                                            R"([["bind",{"from":"a","to":"c"}]])",
                                            R"([["bind",{"from":"a","to":"b","match":"any"}]])",
                                            R"([["bind",{"from":"a","to":"b","key":"x"}]])",
                                            R"([["bind",{"from":"a","to":"b","headers":{"x":1}}]])"};
  std::map<std::uint64_t, std::string> seen;
  for (const std::string& reply : replies) {
    Hasher hasher;
    for (const ReplyStep& step : Reading().steps(reply)) add_to_hash(hasher, step);
    CAPTURE(reply);
    const auto [place, added] = seen.emplace(hasher.digest(), reply);
    CAPTURE(place->second);
    CHECK(added);
  }
}

TEST_CASE("reply: what stands behind a NUL is not read beyond the line's end") {
  CHECK_NOTHROW(read_nothing(std::string("{}\0\"open", 8)));
  CHECK_THROWS_AS(read_nothing(std::string("0\0\"open\\", 8)), ProtocolError);
}
