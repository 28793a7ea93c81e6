// Text that other programs read back: a shell, a program that reads CSV.
#include <cstdio>
#include <string>
#include <vector>

#include "core/csv.h"
#include "dse/random.h"
#include "sim/results/shell.h"
#include "support/catch.h"

using namespace dse;

namespace {

// The word as a real shell reads it.
std::string through_shell(const std::string& word) {
  std::FILE* shell = popen(("printf %s " + shell_word(word)).c_str(), "r");
  REQUIRE(shell != nullptr);
  std::string text;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) text += static_cast<char>(c);
  CHECK(pclose(shell) == 0);
  return text;
}

// The fields of one record, as RFC 4180 reads it.
std::vector<std::string> fields_of(const std::string& record) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < record.size(); ++i) {
    if (record[i] == '"' && quoted && i + 1 < record.size() && record[i + 1] == '"') {
      fields.back() += record[++i];
    } else if (record[i] == '"') {
      quoted = !quoted;
    } else if (record[i] == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += record[i];
    }
  }
  return fields;
}

const std::vector<std::string> kWords = {
    "plain", "",    " ",     "two words", "it's",   "'",    "''",   "\"", "$HOME", "`id`",
    "$(id)", "a;b", "a&b",   "a|b",       "*",      "?",    "~",    "#x", "a\\b",  "a\nb",
    "!",     "(x)", "{a,b}", "[0, 9]",    "<in",    ">out", "-n",   "%s", "\t",    "ü€",
    "k=v",   "=",   "a,b",   "a\"b",      "a\r\nb", ",",    "\",\""};

}  // namespace

TEST_CASE("a shell reads every word back as it was") {
  for (const std::string& word : kWords) {
    CAPTURE(word);
    CHECK(through_shell(word) == word);
  }
  RandomStream random(1, "shell", "words");
  for (int i = 0; i < 20; ++i) {
    std::string word;
    for (std::uint64_t length = random.below(40); length > 0; --length)
      word += static_cast<char>(1 + random.below(126));
    CAPTURE(word);
    CHECK(through_shell(word) == word);
  }
}

TEST_CASE("a word that needs no quotes has none") {
  CHECK(shell_word("component.lenet.batch=32") == "component.lenet.batch=32");
  CHECK(shell_word("../scenarios/a_b-c.toml") == "../scenarios/a_b-c.toml");
  CHECK(shell_word("it's") == "'it'\\''s'");
}

TEST_CASE("fields of a record are read back as they were") {
  for (const std::string& first : kWords) {
    for (const std::string& second : kWords) {
      CAPTURE(first, second);
      CHECK(fields_of(csv_field(first) + "," + csv_field(second)) == std::vector<std::string>{first, second});
    }
  }
  CHECK(csv_field("plain text") == "plain text");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"a\"") == "\"say \"\"a\"\"\"");
}
