// Lines to a child and back, through pipes that fill, end, and bring pieces.
#include "process/line_channel.h"

#include <poll.h>

#include <string>
#include <vector>

#include "support/catch.h"
#include "unit/process/shell.h"

using namespace dse;
using Got = LineChannel::Got;

namespace {

// A child with its channel; what it writes to its standard error is kept.
struct Talk {
  explicit Talk(const std::string& script, std::size_t line_bytes_max = 1 << 26)
      : child(shell(script)),
        channel(child, {.line_bytes_max = line_bytes_max,
                        .on_error_line = [this](std::string_view line) { errors.emplace_back(line); }}) {}

  Got await() { return channel.await_line(much_later(), {}); }

  ChildProcess child;
  std::vector<std::string> errors;
  LineChannel channel;
};

}  // namespace

TEST_CASE("channel: one line, one answer, again and again") {
  Talk talk("while read line; do echo \"<$line>\"; done");
  for (const char* line : {"one", "", "three and more"}) {
    talk.channel.send(line);
    REQUIRE(talk.await() == Got::kLine);
    CHECK(talk.channel.line() == "<" + std::string(line) + ">");
  }
  CHECK(talk.channel.await_end(much_later(), {}));
  CHECK(talk.child.ended_well());
  CHECK(talk.channel.unfinished().empty());
}

TEST_CASE("channel: neither end waits for the other when both fill their pipes") {
  // cat writes while it reads, and stops reading when it cannot write.
  Talk talk("exec cat");
  for (const std::size_t size : {1'000U, 300'000U, 10'000'000U}) {
    std::string line(size, 'x');
    line += "end";
    talk.channel.send(line);
    REQUIRE(talk.await() == Got::kLine);
    CHECK(talk.channel.sent());
    CHECK(talk.channel.line() == line);
  }
}

TEST_CASE("channel: nor when the child fills its standard error first") {
  Talk talk("head -c 3000000 /dev/zero | tr '\\0' 'e' >&2; exec cat");
  const std::string line(1'000'000, 'x');
  talk.channel.send(line);
  REQUIRE(talk.await() == Got::kLine);
  CHECK(talk.channel.line() == line);
  // A line without an end comes in parts.
  CHECK(talk.errors.size() >= 3'000'000 / 4096);
  for (const std::string& part : talk.errors) CHECK(part.size() <= 4096);
  CHECK(talk.channel.last_errors().size() <= 20);
}

TEST_CASE("channel: an answer in pieces is one") {
  Talk talk("read line; for piece in a b c d; do printf %s $piece; sleep 0.02; done; echo; read line");
  talk.channel.send("go");
  REQUIRE(talk.await() == Got::kLine);
  CHECK(talk.channel.line() == "abcd");
}

TEST_CASE("channel: lines of standard error") {
  Talk talk("echo first >&2; printf 'second\\nlast without end' >&2; echo");
  REQUIRE(talk.await() == Got::kLine);
  CHECK(talk.channel.await_end(much_later(), {}));
  CHECK(talk.errors == std::vector<std::string>{"first", "second", "last without end"});
  CHECK(std::vector<std::string>(talk.channel.last_errors().begin(), talk.channel.last_errors().end()) ==
        talk.errors);
}

TEST_CASE("channel: the end of the child, and what it had begun to say") {
  Talk talk("printf half; exit 3");
  CHECK(talk.await() == Got::kEnd);
  CHECK(talk.channel.unfinished() == "half");
  CHECK(talk.channel.await_end(much_later(), {}));
  CHECK(talk.child.ending() == "ended with exit status 3");
}

TEST_CASE("channel: the end of the child although another has its pipes") {
  Talk talk("sleep 1000 & printf half; exit 3");
  CHECK(talk.await() == Got::kEnd);
  CHECK(talk.channel.unfinished() == "half");
  CHECK(talk.channel.await_end(much_later(), {}));
  CHECK(talk.child.ending() == "ended with exit status 3");
}

TEST_CASE("channel: the last answer of a child that has ended counts") {
  Talk talk("sleep 1000 & echo answer; exit 3");
  while (!talk.child.ended()) {
  }
  REQUIRE(talk.await() == Got::kLine);
  CHECK(talk.channel.line() == "answer");
  talk.channel.send("more");
  CHECK((talk.await() == Got::kEnd));
}

TEST_CASE("channel: a standard input that is closed") {
  SECTION("before anything was sent") {
    Talk talk("exec <&-; echo ready; sleep 1000");
    REQUIRE(talk.await() == Got::kLine);
    talk.channel.send("hello");
    CHECK(talk.await() == Got::kRefused);
  }
  SECTION("with a part unread") {
    Talk talk("head -c 100000 >/dev/null; exec <&-; sleep 1000");
    talk.channel.send(std::string(1'000'000, 'x'));
    CHECK(talk.await() == Got::kRefused);
  }
  SECTION("with a part unread, all of which was taken by the pipe") {
    Talk talk("sleep 0.1; exec <&-; sleep 1000");
    talk.channel.send("hello");
    CHECK(talk.channel.sent());
    CHECK(talk.await() == Got::kRefused);
  }
  SECTION("when all was read") {
    Talk talk("read line; exec <&-; sleep 0.2; echo answer; sleep 1000");
    talk.channel.send("hello");
    REQUIRE(talk.await() == Got::kLine);
    CHECK(talk.channel.line() == "answer");
    talk.channel.send("more");
    CHECK(talk.await() == Got::kRefused);
  }
}

TEST_CASE("channel: an answer that is too long") {
  for (const char* script : {"head -c 1001 /dev/zero; sleep 1000", "head -c 1001 /dev/zero; echo; sleep 1000",
                             "exec cat /dev/zero"}) {
    CAPTURE(script);
    Talk talk(script, 1000);
    CHECK(talk.await() == Got::kTooLong);
  }
  Talk talk("head -c 1000 /dev/zero; echo", 1000);
  CHECK(talk.await() == Got::kLine);
}

TEST_CASE("channel: more than one line") {
  SECTION("at once") {
    Talk talk("printf 'one\\ntwo\\n'; sleep 1000");
    CHECK(talk.await() == Got::kMoreThanOne);
    CHECK(talk.channel.unfinished() == "one\ntwo\n");
  }
  SECTION("with a part of a second") {
    Talk talk("printf 'one\\ntw'; sleep 1000");
    CHECK(talk.await() == Got::kMoreThanOne);
  }
  SECTION("before the next is sent") {
    Talk talk("echo one; sleep 0.1; echo two; exec sleep 1000");
    REQUIRE(talk.await() == Got::kLine);
    while (open_descriptors() > 0) {  // until it has come
      pollfd output{.fd = talk.child.output().number(), .events = POLLIN, .revents = 0};
      if (::poll(&output, 1, 1000) == 1) break;
    }
    talk.channel.send("hello");
    CHECK(talk.await() == Got::kMoreThanOne);
    CHECK(talk.channel.unfinished() == "two\n");
  }
  SECTION("at the end") {
    Talk talk("read line; echo one; while read line; do :; done; echo goodbye; head -c 1000000 /dev/zero");
    talk.channel.send("hello");
    REQUIRE(talk.await() == Got::kLine);
    CHECK(talk.channel.await_end(much_later(), {}));
    CHECK(talk.channel.unfinished().starts_with("goodbye\n"));
    CHECK(talk.channel.unfinished().size() <= 1000);
  }
}

TEST_CASE("channel: time that is over, and an interrupt") {
  Talk talk("sleep 1000");
  talk.channel.send("hello");
  CHECK(talk.channel.await_line(std::chrono::steady_clock::now(), {}) == Got::kNothing);
  int asked = 0;
  CHECK(talk.channel.await_line(much_later(), [&asked] { return ++asked == 3; }) == Got::kNothing);
  CHECK(asked == 3);
  CHECK_FALSE(talk.channel.await_end(std::chrono::steady_clock::now(), {}));
  CHECK_FALSE(talk.channel.await_end(much_later(), [] { return true; }));
}

TEST_CASE("channel: an answer that has come counts, although its time is over") {
  // As when this process was stopped for longer than its patience.
  Talk talk("head -c 200000 /dev/zero | tr '\\0' x; echo; echo written >&2; sleep 1000");
  pollfd errors{.fd = talk.child.errors().number(), .events = POLLIN, .revents = 0};
  REQUIRE(::poll(&errors, 1, 60'000) == 1);
  REQUIRE(talk.channel.await_line(std::chrono::steady_clock::now() - std::chrono::seconds(1), {}) ==
          Got::kLine);
  CHECK(talk.channel.line().size() == 200'000);
}

TEST_CASE("channel: what others write to its standard error for ever does not keep it") {
  Talk talk("yes >&2 & read line; exit 3");
  talk.channel.send("go");
  CHECK(talk.await() == Got::kEnd);
  CHECK(talk.channel.await_end(much_later(), {}));
  talk.channel.drain_errors();
  CHECK(talk.channel.last_errors().size() <= 20);
}
