// The line between a node and the process that started it: a socket pair, with one line of text per message.
//
//   to the node    "round N"    answer when it is known whether the node is idle
//                  "finish"     write the results and end
//                  "interrupt"  the same, and stop waiting when there is no progress
//   from the node  "N idle|busy|ended SENT RECEIVED UNCONFIRMED RECONNECTS EXPIRING PROBLEM"
//
// EXPIRING is 1 while a message that the node wrote with an expiration may not have expired, else 0. N is 0
// in an unasked report. When either end is gone, the other learns of it. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/file_descriptor.h"

namespace dse {

enum class NodeActivity { kIdle, kBusy, kEnded };

struct NodeReport {
  std::uint64_t round = 0;
  NodeActivity activity = NodeActivity::kBusy;
  std::uint64_t sent = 0;  // published
  std::uint64_t received = 0;
  std::uint64_t unconfirmed = 0;
  std::uint64_t reconnects = 0;
  bool expiring = false;  // a message that it wrote with an expiration may not have expired yet
  std::string problem;    // "" if there is none
};
std::string to_line(const NodeReport& report);
// Empty when the line is not a report.
std::optional<NodeReport> parse_report(const std::string& line);

// One end of a stream socket that carries lines. Owns the descriptor.
class LineSocket {
 public:
  explicit LineSocket(int descriptor);

  // Returns false when the other end is gone.
  bool send(const std::string& line);
  // The next whole line, if one has come; never waits.
  std::optional<std::string> receive();
  // Whether the other end is gone and all its lines have been received.
  bool closed() const { return closed_ && buffer_.find('\n') == std::string::npos; }
  int descriptor() const { return descriptor_.number(); }

 private:
  FileDescriptor descriptor_;
  std::string buffer_;
  bool closed_ = false;
};

// The node's view of the process that started it: what that process wants from it.
class Supervisor {
 public:
  explicit Supervisor(int descriptor) : socket_(descriptor) {}

  // Reads what has arrived.
  void listen();
  // The round that waits for an answer.
  std::optional<std::uint64_t> round() const { return round_; }
  void answer(NodeReport report);
  // Sends a report that was not asked for.
  void tell(NodeReport report);
  bool finish() const { return finish_; }
  bool interrupt() const { return interrupt_; }
  bool gone() const { return socket_.closed(); }

 private:
  LineSocket socket_;
  std::optional<std::uint64_t> round_;
  bool finish_ = false;
  bool interrupt_ = false;
};

}  // namespace dse
