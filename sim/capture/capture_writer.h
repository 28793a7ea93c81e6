// Writes a capture while its run goes on. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "sim/capture/capture.h"

namespace dse {

// Every call throws RunError when writing fails.
class CaptureWriter {
 public:
  // Starts the file anew, in the header's format, and flushes the header.
  CaptureWriter(const std::string& path, const CaptureHeader& header);
  // What has not been flushed may be lost; without end() the capture counts as cut off.
  ~CaptureWriter();
  CaptureWriter(const CaptureWriter&) = delete;
  CaptureWriter& operator=(const CaptureWriter&) = delete;

  // Adds a message for the import of this name, which is in the header; times are above 0 and do not
  // decrease.
  void add(const std::string& import, TimeNs time_ns, const Message& message);
  // Adds what a client of a listener did; the header's format must be one that has commands.
  void add(const ClientCommand& command, TimeNs time_ns);
  // Hands everything to the system, so that it survives a crash of this process, though not of the machine.
  void flush();
  // Notes that the run ended at this time, which is not before that of any message. Nothing can be added
  // after it.
  void end(TimeNs time_ns);

  std::uint64_t messages() const { return messages_; }
  // The checksum of the last record.
  std::uint64_t checksum() const { return checksum_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void begin(CaptureRecord kind, TimeNs time_ns);
  void write(std::string_view bytes);
  void write_record(std::string_view body);

  std::string path_;
  CaptureHeader header_;
  std::unique_ptr<std::FILE, Close> file_;
  std::string body_;  // a member so that its memory is reused
  TimeNs last_ns_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t checksum_ = 0;
};

}  // namespace dse
