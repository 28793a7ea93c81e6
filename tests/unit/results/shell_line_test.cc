// Lines to paste: a shell reads back the words that were meant.
#include <cstdio>
#include <string>

#include "sim/results/shell.h"
#include "support/catch.h"

using namespace dse;

namespace {

// The words after the program's name as a shell reads them, one per line.
std::string words_read(const std::string& line) {
  const std::string command = "set -- " + line + "; shift; printf '%s\\n' \"$@\"";
  std::FILE* shell = popen(command.c_str(), "r");
  REQUIRE(shell != nullptr);
  std::string text;
  for (int c = std::fgetc(shell); c != EOF; c = std::fgetc(shell)) text += static_cast<char>(c);
  CHECK(pclose(shell) == 0);
  return text;
}

}  // namespace

TEST_CASE("shell line: plain words stay as they are") {
  CHECK_THAT(shell_line("replay", {"scenarios/a-1.toml"}, {"--set=x=1"}),
             Catch::Matchers::EndsWith(" replay scenarios/a-1.toml --set=x=1"));
}

TEST_CASE("shell line: what a shell would read otherwise is quoted") {
  const std::string line = shell_line("replay", {"two words", "it's", "$HOME", "", "*"}, {"a;b", "ä"});
  CHECK(words_read(line) == "replay\ntwo words\nit's\n$HOME\n\n*\na;b\nä\n");
}

TEST_CASE("shell line: what looks like an option stands behind the options") {
  CHECK(words_read(shell_line("diff", {"-x", "runs/b"}, {})) == "diff\n--\n-x\nruns/b\n");
  CHECK(words_read(shell_line("replay", {"--help"}, {"--seed", "1"})) == "replay\n--seed\n1\n--\n--help\n");
}
