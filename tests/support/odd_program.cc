#include "support/odd_program.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = R"(import json, os, signal, subprocess, sys, time

def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()

# Tells the test that the program has come to this point.
def tell(name):
    open(name, "w").close()

def hang():
    tell("hangs")
    while True:
        time.sleep(1000)

def good(call):
    name = call["call"]
    if name == "start" and "from" in call:
        return json.dumps({"steps": [["stream"]]})
    if name in ("train", "predict"):
        count = call["count"]
        return json.dumps({"labels": [0] * count, "confidences": [0.5] * count})
    if name == "digest":
        return '{"digest": "nothing"}'
    if name == "save":
        return '{"state": ""}'
    return "{}"

)";

constexpr const char* kLoop = R"(
while True:
    line = sys.stdin.readline()
    if not line:
        break
    call = json.loads(line)
    text = odd(call) if call["call"] == WHEN else None
    say(good(call) if text is None else text)
at_end()
)";

std::string indented(const std::string& statements) {
  std::string result;
  for (const std::string& line : lines_of(statements)) result += "    " + line + "\n";
  return result.empty() ? "    pass\n" : result;
}

bool any_in(const std::string& folder) {
  std::error_code gone;
  for (const auto& process : fs::directory_iterator("/proc", gone)) {
    std::error_code none;
    if (fs::read_symlink(process.path() / "cwd", none).string() == folder) return true;
  }
  return false;
}

}  // namespace

std::string write_odd(const ProgramFixture& fixture, const Odd& odd) {
  fixture.write("odd.py",
                fmt::format("{}def at_end():\n    pass\n\n{}\nWHEN = \"{}\"\n\ndef odd(call):\n{}{}",
                            kProgram, odd.more, odd.when, indented(odd.body), kLoop));
  std::string text = replaced(small_scenario(), "[component.echo]\nkind = \"echo\"\nfrom = \"digits\"\n", "");
  text +=
      "[component.camera]\nkind = \"production-source\"\nimages = \"" + kSample +
      "t10k-images-idx3-ubyte.gz\"\nslice = [0, 2]\nto = \"digits\"\nrate = \"1000/s\"\nstart = \"20ms\"\n";
  text += "[component.odd]\nfrom = \"digits\"\n" + odd.keys;
  if (odd.as == As::kProgram) {
    text += fmt::format("kind = \"program\"\nto = [\"out\"]\ncommand = {}\npatience = \"{}\"\n", odd.command,
                        odd.patience);
  } else {
    text += fmt::format(
        "kind = \"model\"\nto = \"out\"\nbatch = 2\nlearner = {{ program = {}, patience = \"{}\" }}\n",
        odd.command, odd.patience);
  }
  return fixture.write("odd.toml", text);
}

bool none_left_in(const std::string& folder) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const std::string there = fs::canonical(folder).string();
  while (any_in(there)) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

std::vector<std::string> messages_in(const std::string& err) {
  std::vector<std::string> messages;
  for (const std::string& line : lines_of(err)) {
    if (line.starts_with("dse: ")) messages.push_back(line);
  }
  return messages;
}
