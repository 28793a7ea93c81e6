#include "sim/node/supervisor.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <sstream>
#include <utility>

namespace dse {
namespace {

constexpr std::array kActivities = {"idle", "busy", "ended"};

}  // namespace

std::string to_line(const NodeReport& report) {
  std::string problem = report.problem;
  for (char& c : problem) {
    if (c == '\n') c = ' ';
  }
  return fmt::format("{} {} {} {} {} {} {} {}", report.round,
                     kActivities[static_cast<std::size_t>(report.activity)], report.sent, report.received,
                     report.unconfirmed, report.reconnects, report.expiring ? 1 : 0, problem);
}

std::optional<NodeReport> parse_report(const std::string& line) {
  std::istringstream text(line);
  NodeReport report;
  std::string activity;
  text >> report.round >> activity >> report.sent >> report.received >> report.unconfirmed >>
      report.reconnects >> report.expiring;
  if (!text) return std::nullopt;
  text.ignore(1);
  std::getline(text, report.problem);
  for (std::size_t i = 0; i < kActivities.size(); ++i) {
    if (activity != kActivities[i]) continue;
    report.activity = static_cast<NodeActivity>(i);
    return report;
  }
  return std::nullopt;
}

LineSocket::LineSocket(int descriptor) : descriptor_(descriptor) {}

bool LineSocket::send(const std::string& line) {
  const std::string bytes = line + "\n";
  std::size_t sent = 0;
  while (sent < bytes.size() && !closed_) {
    const ssize_t some = ::send(descriptor(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (some >= 0) {
      sent += static_cast<std::size_t>(some);
    } else if (errno != EINTR) {
      closed_ = true;
    }
  }
  return !closed_;
}

std::optional<std::string> LineSocket::receive() {
  std::array<char, 4096> bytes;
  while (!closed_ && buffer_.find('\n') == std::string::npos) {
    const ssize_t some = recv(descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (some > 0) {
      buffer_.append(bytes.data(), static_cast<std::size_t>(some));
      continue;
    }
    if (some < 0 && errno == EINTR) continue;
    closed_ = some == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
    break;
  }
  const std::size_t end = buffer_.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return line;
}

void Supervisor::listen() {
  constexpr std::string_view kRound = "round ";
  while (const std::optional<std::string> line = socket_.receive()) {
    if (*line == "finish") finish_ = true;
    if (*line == "interrupt") interrupt_ = true;
    if (!line->starts_with(kRound)) continue;
    std::uint64_t round = 0;
    std::from_chars(line->data() + kRound.size(), line->data() + line->size(), round);
    round_ = round;
  }
}

void Supervisor::answer(NodeReport report) {
  report.round = round_.value_or(0);
  round_.reset();
  socket_.send(to_line(report));
}

void Supervisor::tell(NodeReport report) {
  report.round = 0;
  socket_.send(to_line(report));
}

}  // namespace dse
