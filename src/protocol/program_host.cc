#include "protocol/program_host.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/counted.h"
#include "core/diagnostics.h"
#include "core/printable.h"
#include "dse/error.h"
#include "process/line_channel.h"
#include "protocol/program_calls.h"
#include "protocol/program_environment.h"

namespace dse {
namespace {

using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// What each program gets to answer, at least, when the user has interrupted the run.
constexpr std::chrono::milliseconds kAfterInterrupt{50};
// What it gets to end once it has closed a pipe.
constexpr std::chrono::milliseconds kToFollow{300};
// What it gets to end once nothing more is asked.
constexpr std::chrono::seconds kToEnd{5};
// What others of its group get to end once it has ended.
constexpr std::chrono::milliseconds kForOthersToEnd{500};

// A piece of what it has said.
std::string quoted_piece(std::string_view said) {
  constexpr std::size_t kShown = 60;
  if (said.ends_with('\n')) said.remove_suffix(1);
  return quoted_text(said.substr(0, kShown)) + (said.size() > kShown ? "..." : "");
}

}  // namespace

ProgramHost::ProgramHost(ProgramHostOptions options) : options_(std::move(options)) {
  const ExternalProgram& command = options_.command;
  std::error_code ignored;
  if (!command.folder.empty() && !std::filesystem::is_directory(command.folder, ignored))
    throw InputError(command.place, fmt::format("there is no folder '{}' to start it in", command.folder));
  const char* path = std::getenv("PATH");
  try {
    file_ = find_executable(command.words.front(), command.folder, path == nullptr ? "" : path);
  } catch (const std::runtime_error& refusal) {
    throw InputError(command.place, refusal.what());
  }
}

ProgramHost::~ProgramHost() = default;

void ProgramHost::start() {
  if (over_) throw Interrupted();
  const ExternalProgram& command = options_.command;
  try {
    child_ = std::make_unique<ChildProcess>(ChildOptions{.file = file_,
                                                         .arguments = command.words,
                                                         .folder = command.folder,
                                                         .environment = program_environment(command)});
  } catch (const ExecError& refusal) {
    fail_to_start(refusal.code(), true);
  } catch (const std::system_error& refusal) {
    fail_to_start(refusal.code(), false);
  }
  LineChannel::Options options{.line_bytes_max = kLineBytesMax};
  options.on_error_line = [component = options_.component](std::string_view line) {
    tell("{}: {}\n", component, one_line(line));
  };
  channel_ = std::make_unique<LineChannel>(*child_, std::move(options));
}

void ProgramHost::fail_to_start(const std::error_code& code, bool executing) const {
  if (!executing) {
    throw RunError(
        fmt::format("component '{}': its program cannot be started: {}; close other programs, or raise "
                    "the limit (ulimit -n, ulimit -u)",
                    options_.component, code.message()));
  }
  std::string advice;
  if (code == std::errc::argument_list_too_long) {
    advice = "; hand over large things in `options`, or in a file";
  } else if (code == std::errc::no_such_file_or_directory || code == std::errc::executable_format_error ||
             code == std::errc::permission_denied || code == std::errc::not_a_directory) {
    advice =
        "; if it is a script, its first line must name its interpreter (#!/usr/bin/env python3), or the "
        "command begins with one";
  }
  throw InputError(options_.command.place,
                   fmt::format("'{}' cannot be executed: {}{}", file_, code.message(), advice));
}

void ProgramHost::send(ProgramCall call) {
  call_ = std::move(call);
  if (!started()) throw Interrupted();
  if (options_.log) options_.log("> " + call_.line);
  channel_->send(call_.line);
  call_.line.clear();
}

// When the user has interrupted the run, a program that answers at once still gets its moment.
std::function<bool()> ProgramHost::give_up() const {
  if (!options_.interrupted) return {};
  return [this, begun = steady_clock::now()] {
    return options_.interrupted() && steady_clock::now() - begun >= kAfterInterrupt;
  };
}

std::string_view ProgramHost::await_reply() {
  if (!started()) throw Interrupted();
  const auto until = steady_clock::now() + nanoseconds(options_.command.patience_ns);
  const std::function<bool()> interrupted = give_up();
  switch (channel_->await_line(until, interrupted)) {
    case LineChannel::Got::kLine:
      if (options_.log) options_.log(fmt::format("< {}", channel_->line()));
      return channel_->line();
    case LineChannel::Got::kMoreThanOne:
      fail_for_unasked("");
    case LineChannel::Got::kTooLong:
      fail(fmt::format("its reply is longer than {} bytes: send large things in parts", kLineBytesMax));
    case LineChannel::Got::kEnd:
      fail_for_closed("output");
    case LineChannel::Got::kRefused:
      fail_for_closed("input");
    case LineChannel::Got::kNothing:
      break;
  }
  if (interrupted && interrupted()) {
    kill();
    throw Interrupted();
  }
  fail(fmt::format(
      "it has not replied within {}: look for an endless loop, or give it more time with `patience`",
      format_duration(options_.command.patience_ns)));
}

void ProgramHost::fail_for_unasked(std::string_view where) {
  fail(fmt::format(
      "it said {}{}: there is one line in reply to a call, and everything else goes to standard error",
      quoted_piece(channel_->unfinished()), where));
}

// It has closed its standard input or output, most likely because it has ended.
void ProgramHost::fail_for_closed(const char* what) {
  const std::string said(channel_->unfinished());
  const bool ended = channel_->await_end(steady_clock::now() + kToFollow, {});
  fail(fmt::format("it {}{}: {}", ended ? child_->ending() : fmt::format("has closed its standard {}", what),
                   said.empty() ? "" : fmt::format(", having said only {}", quoted_piece(said)),
                   ended ? "a program runs until its standard input ends; standard error may tell why"
                         : "it is how dse and a program speak, until the program ends"));
}

std::string ProgramHost::last_errors() const {
  constexpr std::size_t kShown = 3;
  constexpr std::size_t kOfEach = 200;
  if (channel_ == nullptr || channel_->last_errors().empty()) return "";
  const auto& lines = channel_->last_errors();
  std::vector<std::string> shown;
  for (std::size_t i = lines.size() - std::min(kShown, lines.size()); i < lines.size(); ++i) {
    const std::string_view line = lines[i];
    shown.push_back(one_line(line.substr(0, kOfEach)) + (line.size() > kOfEach ? "..." : ""));
  }
  return fmt::format("; its standard error ends with: {}", fmt::join(shown, " | "));
}

// The program is ended; what it has said on standard error helps to understand why.
void ProgramHost::fail(const std::string& what) {
  if (channel_ != nullptr) channel_->drain_errors();
  const std::string errors = last_errors();
  kill();
  const std::string when =
      call_.time_ns ? fmt::format(" at {}", format_duration(*call_.time_ns)) : std::string();
  throw RunError(fmt::format("component '{}': its program failed in the call `{}`{}: {}{}",
                             options_.component, call_.name, when, what, errors));
}

void ProgramHost::end() {
  if (!started()) return;
  const std::function<bool()> interrupted = give_up();
  if (!channel_->await_end(steady_clock::now() + kToEnd, interrupted)) {
    if (interrupted && interrupted()) {
      kill();
      throw Interrupted();
    }
    fail(fmt::format(
        "it has not ended {} after its standard input was closed: end when nothing more can be read",
        format_duration(nanoseconds(kToEnd).count())));
  }
  if (!child_->ended_well()) fail(fmt::format("afterwards it {}: end with status 0", child_->ending()));
  if (!channel_->unfinished().empty()) fail_for_unasked(" after its last reply");
  if (const std::size_t left = child_->left_behind(kForOthersToEnd); left > 0) {
    fail(fmt::format("it ended and left {} behind, which were ended: wait for what the program starts",
                     counted(left, "process", "processes")));
  }
  kill();
}

void ProgramHost::kill() {
  over_ = over_ || started();
  channel_.reset();
  child_.reset();
}

}  // namespace dse
