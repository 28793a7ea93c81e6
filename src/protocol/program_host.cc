#include "protocol/program_host.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
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

// What a program gets to answer, or to end, once the user has interrupted the run.
constexpr std::chrono::milliseconds kAfterInterrupt{300};
// What it gets to end once nothing more is asked.
constexpr std::chrono::seconds kToEnd{5};

}  // namespace

ProgramHost::ProgramHost(ProgramHostOptions options) : options_(std::move(options)) {
  const ExternalProgram& command = options_.command;
  const char* path = std::getenv("PATH");
  try {
    file_ = find_executable(command.words.front(), command.folder, path == nullptr ? "" : path);
  } catch (const std::runtime_error& refusal) {
    throw InputError(command.place, refusal.what());
  }
}

ProgramHost::~ProgramHost() = default;

void ProgramHost::start() {
  const ExternalProgram& command = options_.command;
  try {
    child_ = std::make_unique<ChildProcess>(ChildOptions{.file = file_,
                                                         .arguments = command.words,
                                                         .folder = command.folder,
                                                         .environment = program_environment(command)});
  } catch (const std::system_error& refusal) {
    const std::error_code code = refusal.code();
    const bool of_exec = code == std::errc::no_such_file_or_directory ||
                         code == std::errc::executable_format_error || code == std::errc::permission_denied ||
                         code == std::errc::not_a_directory;
    if (!of_exec) {
      throw RunError(
          fmt::format("component '{}': its program cannot be started: {}; close other programs, or raise "
                      "the limit (ulimit -n, ulimit -u)",
                      options_.component, code.message()));
    }
    throw InputError(
        command.place,
        fmt::format("'{}' cannot be executed: {}; if it is a script, its first line must name its "
                    "interpreter (#!/usr/bin/env python3), or the command begins with one",
                    file_, code.message()));
  }
  LineChannel::Options options{.line_bytes_max = kLineBytesMax};
  options.on_error_line = [component = options_.component](std::string_view line) {
    tell("{}: {}\n", component, one_line(line));
  };
  channel_ = std::make_unique<LineChannel>(*child_, std::move(options));
}

void ProgramHost::send(ProgramCall call) {
  call_ = std::move(call);
  if (!started()) throw Interrupted();  // it was ended because of an interrupt
  if (options_.log) options_.log("> " + call_.line);
  channel_->send(call_.line);
  call_.line.clear();
}

std::string_view ProgramHost::await_reply() {
  const auto begun = steady_clock::now();
  const auto until = begun + nanoseconds(options_.command.patience_ns);
  bool was_interrupted = false;
  // An interrupt is looked at only when the time after it is over.
  std::function<bool()> give_up;
  if (options_.interrupted) {
    give_up = [&, since = std::optional<steady_clock::time_point>()]() mutable {
      if (!since && options_.interrupted()) since = steady_clock::now();
      was_interrupted = since && steady_clock::now() - *since >= kAfterInterrupt;
      return was_interrupted;
    };
  }
  const LineChannel::Got got = channel_->await_line(until, give_up);
  switch (got) {
    case LineChannel::Got::kLine:
      if (options_.log) options_.log(fmt::format("< {}", channel_->line()));
      return channel_->line();
    case LineChannel::Got::kMoreThanOne:
      fail(
          "it said more than one line: there is one reply to a call, and everything else goes to standard "
          "error");
    case LineChannel::Got::kTooLong:
      fail(fmt::format("its reply is longer than {} bytes: send large things in parts", kLineBytesMax));
    case LineChannel::Got::kNothing:
      if (was_interrupted) {
        kill();
        throw Interrupted();
      }
      fail(fmt::format("it has not replied within {}: look for an endless loop, or set `patience`",
                       format_duration(options_.command.patience_ns)));
    case LineChannel::Got::kEnd:
      break;
  }
  const bool ended = channel_->await_end(steady_clock::now() + kAfterInterrupt, {});
  const std::string_view said = channel_->unfinished();
  const std::string unfinished =
      said.empty() ? "" : fmt::format(", having said only {}", quoted_text(said.substr(0, 60)));
  fail(fmt::format("it {}{}: a program runs until its standard input ends",
                   ended ? child_->ending() : "has closed its standard output", unfinished));
}

std::string ProgramHost::last_errors() const {
  constexpr std::size_t kShown = 3;
  if (channel_ == nullptr || channel_->last_errors().empty()) return "";
  const auto& lines = channel_->last_errors();
  std::vector<std::string> shown;
  for (std::size_t i = lines.size() - std::min(kShown, lines.size()); i < lines.size(); ++i)
    shown.push_back(one_line(lines[i]));
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
  const auto begun = steady_clock::now();
  const auto until = begun + kToEnd;
  const auto give_up = [&] {
    return options_.interrupted && options_.interrupted() && steady_clock::now() - begun >= kAfterInterrupt;
  };
  const bool ended = channel_->await_end(until, give_up);
  if (!ended && options_.interrupted && options_.interrupted()) return kill();
  if (!ended) {
    fail(
        fmt::format("it has not ended {} after its standard input was closed: end when nothing more can be "
                    "read",
                    format_duration(nanoseconds(kToEnd).count())));
  }
  if (!child_->ended_well()) fail(fmt::format("afterwards it {}: end with status 0", child_->ending()));
  constexpr std::chrono::milliseconds kToFollow{500};
  if (const std::size_t left = child_->left_behind(kToFollow); left > 0) {
    fail(fmt::format("it ended and left {} behind, which were ended: wait for what the program starts",
                     counted(left, "process", "processes")));
  }
  kill();
}

void ProgramHost::kill() {
  channel_.reset();
  child_.reset();
}

}  // namespace dse
