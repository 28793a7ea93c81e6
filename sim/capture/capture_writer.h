// Writes a capture while its run goes on. One thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "sim/capture/capture.h"

namespace dse {

// Every call throws RunError when the disk refuses.
class CaptureWriter {
 public:
  // Starts the file anew, in the format of today, and flushes the header.
  CaptureWriter(const std::string& path, const CaptureHeader& header);
  // What was not flushed may be lost; without end() the capture is cut off.
  ~CaptureWriter();
  CaptureWriter(const CaptureWriter&) = delete;
  CaptureWriter& operator=(const CaptureWriter&) = delete;

  // A message for the import of this name, which the header has; times are above 0 and do not decrease.
  void add(const std::string& import, TimeNs time_ns, const Message& message);
  // Hands everything to the system: it survives the death of this process, though not of the machine.
  void flush();
  // The run ended at this time, which is not before that of any message. Nothing can be added after it.
  void end(TimeNs time_ns);

  std::uint64_t messages() const { return messages_; }
  // Of the last record.
  std::uint64_t checksum() const { return checksum_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void write(std::string_view bytes);
  void write_record(std::string_view body);

  std::string path_;
  CaptureHeader header_;
  std::unique_ptr<std::FILE, Close> file_;
  std::string body_;  // kept for its memory
  TimeNs last_ns_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t checksum_ = 0;
};

}  // namespace dse
