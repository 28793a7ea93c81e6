// Reads a capture. One thread.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_form.h"
#include "sim/capture/capture.h"

namespace dse {

class CaptureReader {
 public:
  // Throws InputError when the file cannot be read, is not a capture, has another format, or was cut off
  // before the end of its header.
  explicit CaptureReader(const std::string& path);

  const CaptureHeader& header() const { return header_; }
  // The next whole message, or command of a client; empty when there is none. Throws InputError where the
  // file holds what no capture holds.
  std::optional<CapturedMessage> next();

  // After next() returned nothing: the time at which the run ended; empty when the file was cut off before
  // that.
  std::optional<TimeNs> end_ns() const { return end_ns_; }
  // Where and how it was cut off, for human readers: "at byte 120, in the middle of a record".
  const std::string& cut() const { return cut_; }
  // The checksum of the last whole record; it covers all before it.
  std::uint64_t checksum() const { return checksum_; }

 private:
  bool read_record();
  void read_start();
  void read_header();
  void read_data(ByteReader& reader);
  CapturedMessage read_message(std::string_view rest);
  CapturedMessage read_command(std::string_view rest);
  void note_time(TimeNs time_ns);
  void read_end(std::string_view rest);
  [[noreturn]] void refuse(const std::string& what) const;

  std::string path_;
  std::ifstream file_;
  std::uint64_t size_ = 0;  // size of the file when it was opened
  std::uint64_t left_ = 0;  // bytes after the last whole record
  std::uint64_t at_ = 0;    // the byte at which the current record begins
  CaptureHeader header_;
  std::string body_;
  TimeNs last_ns_ = 0;
  std::uint64_t messages_ = 0;
  std::optional<TimeNs> end_ns_;
  std::string cut_;
  std::uint64_t checksum_ = 0;
};

// What there is to say about a capture without its messages.
struct CaptureSurvey {
  CaptureHeader header;
  std::vector<std::uint64_t> messages_by_import;
  std::uint64_t messages = 0;  // with the commands
  std::uint64_t commands = 0;  // given by clients
  std::uint64_t clients = 0;
  TimeNs first_ns = 0;  // time of the first message, if there are any
  TimeNs last_ns = 0;
  std::optional<TimeNs> end_ns;  // empty: it was cut off
  std::string cut;
  std::uint64_t checksum = 0;
};
// Reads the whole file. Throws as the reader does.
CaptureSurvey survey_capture(const std::string& path);

}  // namespace dse
