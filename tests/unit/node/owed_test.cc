// To which queues the messages of a node are owed, and which of them may leave otherwise than to a reader.
#include "sim/node/owed.h"

#include "dse/tables.h"
#include "message/deaths.h"
#include "sim/scenario/scenario_reader.h"
#include "support/catch.h"

using namespace dse;

namespace {

std::string watch(const std::string& name, const std::string& from) {
  return "[component." + name + "]\nkind = \"watch\"\nfrom = \"" + from + "\"\n";
}

Scenario read(const std::string& text) { return parse_scenario(text, "s.toml", built_in_tables()); }

// "queue owed" or "queue owed/may leave" for each queue to which something is owed.
std::vector<std::string> counts(const Owed& owed) {
  std::vector<std::string> lines;
  for (const auto& [queue, count] : owed.by_queue()) {
    if (count.owed == 0) continue;
    lines.push_back(queue + " " + std::to_string(count.owed));
    if (count.may_leave > 0) lines.back() += "/" + std::to_string(count.may_leave);
  }
  return lines;
}

HeaderArray list(const std::string& key) { return HeaderArray(std::vector<HeaderValue>{key}); }

}  // namespace

TEST_CASE(
    "owed: exchanges of each type, bound to each other, and their alternates lead as the broker leads") {
  const Scenario scenario = read(
      "[exchange.sorter]\ntype = \"direct\"\nalternate = \"others\"\n[exchange.by-label]\ntype = "
      "\"headers\"\n"
      "[[binding]]\nfrom = \"in\"\nto = [\"sorter\", \"by-label\"]\n"
      "[[binding]]\nfrom = \"sorter\"\nto = \"sevens\"\nkey = \"7\"\n"
      "[[binding]]\nfrom = \"by-label\"\nto = \"low\"\nheaders = { label = 0 }\n"
      "[[binding]]\nfrom = \"by-label\"\nto = \"unread\"\nheaders = { label = 0 }\n" +
      watch("a", "sevens") + watch("b", "others") + watch("c", "low"));
  Owed owed(scenario);
  const auto write = [&](MessageFields fields) {
    const MessagePtr message = make_message(std::move(fields));
    owed.note_write({.exchange = "in", .message = *message});
  };
  write({.key = "7"});
  CHECK(counts(owed) == std::vector<std::string>{"sevens 1"});
  write({.key = "8"});
  CHECK(counts(owed) == std::vector<std::string>{"others 1", "sevens 1"});
  write({.key = "8", .headers = {{"label", std::int64_t{0}}}});
  CHECK(counts(owed) == std::vector<std::string>{"low 1", "others 2", "sevens 1"});
  write({.key = "8", .headers = {{"CC", list("7")}}});
  write({.key = "8", .headers = {{"BCC", list("7")}}});
  CHECK(counts(owed) == std::vector<std::string>{"low 1", "others 2", "sevens 3"});
}

TEST_CASE("owed: a binding that is made while it runs counts from then on") {
  const Scenario scenario = read(watch("a", "in") + watch("b", "late"));
  Owed owed(scenario);
  const MessagePtr message = make_message({.key = "k"});
  owed.note_write({.exchange = "in", .message = *message});
  owed.note_bind({.from = "in", .to = "late", .key = "k"});
  owed.note_write({.exchange = "in", .message = *message});
  CHECK(counts(owed) == std::vector<std::string>{"in 2", "late 1"});
}

TEST_CASE("owed: what a queue's options, or its own expiration, may take away is counted apart") {
  const Scenario scenario = read(
      "[[binding]]\nfrom = \"in\"\nto = [\"plain\", \"short\", \"lively\", \"full\", \"quorum\"]\n"
      "[resource.short]\nmax_length = 5\n[resource.lively]\nmessage_ttl = \"1s\"\n"
      "[resource.full]\nmax_length = 5\noverflow = \"reject-publish\"\n"
      "[resource.quorum]\ntype = \"quorum\"\nmax_length = 5\noverflow = \"reject-publish-dlx\"\n" +
      watch("a", "plain") + watch("b", "short") + watch("c", "lively") + watch("d", "full") +
      watch("e", "quorum"));
  const MessagePtr usual = make_message({.key = "k"});
  Owed owed(scenario);
  owed.note_write({.exchange = "in", .message = *usual});
  CHECK(counts(owed) ==
        std::vector<std::string>{"full 1", "lively 1/1", "plain 1", "quorum 1/1", "short 1/1"});
  MoreProperties more;
  more.expiration = "100";
  const MessagePtr brief = make_message({.key = "k", .more = more});
  owed.note_write({.exchange = "in", .message = *brief});
  CHECK(counts(owed) ==
        std::vector<std::string>{"full 2/1", "lively 2/2", "plain 2/1", "quorum 2/2", "short 2/2"});
  owed.note_write({.exchange = "in", .message = *usual, .once = true});
  CHECK(counts(owed)[0] == "full 3/2");
}

TEST_CASE("owed: dead letters are owed to nobody, and are known by their header") {
  const Scenario scenario = read(watch("a", "in"));
  Owed owed(scenario);
  const MessagePtr dead = make_message({.key = "k", .headers = {{"x-death", list("k")}}});
  CHECK(is_dead_letter(dead->headers()));
  owed.note_write({.exchange = "in", .message = *dead});
  CHECK(counts(owed).empty());
}
