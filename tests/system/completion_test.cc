// What `dse completion` and `dse man` print, in the shells and formatters that read it.
#include "support/catch.h"
#include "support/program_fixture.h"

namespace {

class Completions {
 public:
  explicit Completions(const std::string& shell) : shell_(shell) {
    const Outcome script = run_process(dse_command({"completion", shell}));
    REQUIRE(script.status == 0);
    path_ = fixture_.write("dse." + shell, script.out);
  }

  // What the shell prints when it has read the script and runs these commands.
  Outcome run(const std::string& commands) const {
    std::vector<std::string> options;
    if (shell_ == "zsh") options = {"-f"};
    if (shell_ == "bash") options = {"--norc"};
    if (shell_ == "fish") options = {"--no-config"};
    options.insert(options.end(), {"-c", commands});
    return run_process({.program = "/usr/bin/" + shell_,
                        .arguments = options,
                        .environment = {{"HOME", fixture_.file("")}, {"SCRIPT", path_}},
                        .folder = DSE_SOURCE_DIR});
  }

 private:
  ProgramFixture fixture_;
  std::string shell_;
  std::string path_;
};

// What bash offers for the last word, one in a line.
std::vector<std::string> bash_offers(const Completions& bash, const std::string& line) {
  const Outcome outcome =
      bash.run("source \"$SCRIPT\"; COMP_WORDS=(" + line +
               "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _dse; printf '%s\\n' \"${COMPREPLY[@]}\"");
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  return lines_of(outcome.out);
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("completion: bash offers commands, options, choices and files") {
  const Completions bash("bash");
  CHECK(bash_offers(bash, "dse repl") == Words{"replay"});
  CHECK(bash_offers(bash, "dse replay --se") == Words{"--seed", "--set"});
  CHECK(bash_offers(bash, "dse replay --color ''") == Words{"auto", "always", "never"});
  CHECK(bash_offers(bash, "dse replay scenarios/mnist.t") == Words{"scenarios/mnist.toml"});
  CHECK(bash_offers(bash, "dse replay --out scenarios/mnist.t") == Words{"scenarios/mnist.toml"});
  CHECK(bash_offers(bash, "dse capture ''") == Words{"info", "cat", "make", "diff"});
  CHECK(bash_offers(bash, "dse capture cat --co") == Words{"--count"});
  CHECK(bash_offers(bash, "dse completion z") == Words{"zsh"});
  CHECK(bash_offers(bash, "dse --ver") == Words{"--version"});
  // A file that is called like a command is none.
  CHECK(bash_offers(bash, "dse replay check --se") == Words{"--seed", "--set"});
}

TEST_CASE("completion: fish offers commands, options, choices and files") {
  const Completions fish("fish");
  const auto offers = [&](const std::string& line) {
    const Outcome outcome = fish.run("source $SCRIPT; complete -C '" + line + "'");
    CHECK(outcome.status == 0);
    CHECK(outcome.err.empty());
    Words words = lines_of(outcome.out);
    for (std::string& word : words) word = word.substr(0, word.find('\t'));
    return words;
  };
  CHECK(offers("dse repl") == Words{"replay"});
  CHECK(offers("dse replay --se") == Words{"--seed", "--set"});
  CHECK(offers("dse replay --color a") == Words{"always", "auto"});
  CHECK(offers("dse replay scenarios/mnist.t") == Words{"scenarios/mnist.toml"});
  CHECK(offers("dse capture i") == Words{"info"});
  CHECK(offers("dse capture cat --co") == Words{"--count"});
  CHECK(offers("dse completion z") == Words{"zsh"});
}

TEST_CASE("completion: zsh reads it, as a file of its own folder and by sourcing it") {
  const Completions zsh("zsh");
  const Outcome sourced = zsh.run(
      "setopt warn_create_global; autoload -Uz compinit; compinit -D -u; source $SCRIPT; print "
      "${_comps[dse]}; "
      "print ${+functions[_dse_capture_cat]}");
  INFO(sourced.err);
  CHECK(sourced.status == 0);
  CHECK(sourced.out == "_dse\n1\n");
  CHECK(sourced.err.empty());
  // What its functions of completion are told, by others in their place.
  const Outcome told = zsh.run(
      "compdef() { }; _describe() { print -rl -- ${(P)2}; }\n"
      "_arguments() { print -rl -- \"$@\"; state=command; }\n"
      "source $SCRIPT; _dse; _dse_replay; _dse_completion");
  INFO(told.err);
  CHECK(told.status == 0);
  CHECK_THAT(told.out,
             ContainsSubstring("\nreplay:Run a scenario on the virtual clock and write its run directory\n"));
  CHECK_THAT(told.out, ContainsSubstring("\n--color[") && ContainsSubstring("]:value:(auto always never)\n"));
  CHECK_THAT(told.out, ContainsSubstring("\n:shell:(bash zsh fish)\n"));
  CHECK_THAT(
      told.out,
      ContainsSubstring("\n*--set[KEY=VALUE\\: set a key of the scenario; may be repeated]:value:_files\n"));
}

TEST_CASE("man: groff formats every page without a warning") {
  const ProgramFixture fixture;
  REQUIRE(run_process(dse_command({"man", "--out", fixture.file("man")})).status == 0);
  const std::vector<std::string> pages = names_in(fixture.file("man"));
  CHECK(pages.size() > 15);
  for (const std::string& page : pages) {
    CAPTURE(page);
    const Outcome formatted = run_process(
        {.program = "/usr/bin/groff",
         .arguments = {"-man", "-ww", "-Tutf8", "-P-c", "-P-b", "-P-u", fixture.file("man/" + page)}});
    CHECK(formatted.status == 0);
    CHECK(formatted.err.empty());
    CHECK_THAT(formatted.out, ContainsSubstring("SYNOPSIS"));
  }
  const Outcome one = run_process(dse_command({"man", "replay"}));
  CHECK(one.out == read_file(fixture.file("man/dse-replay.1")));
  const Outcome unknown = run_process(dse_command({"man", "reply"}));
  CHECK(unknown.status == 2);
  CHECK(unknown.err == "dse: dse man: there is no command 'reply'; did you mean 'replay'?\n");
}

TEST_CASE("completion: another shell is refused with those that there are") {
  const Outcome outcome = run_process(dse_command({"completion", "tcsh"}));
  CHECK(outcome.status == 2);
  CHECK_THAT(outcome.err, ContainsSubstring("bash") && ContainsSubstring("zsh") && ContainsSubstring("fish"));
}
