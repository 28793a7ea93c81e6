#include "sim/capture/capture_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/byte_form.h"
#include "core/check.h"
#include "dse/error.h"
#include "message/message_bytes.h"
#include "sim/capture/client_bytes.h"

namespace dse {
namespace {

[[noreturn]] void fail(const std::string& path) {
  throw RunError(
      fmt::format("cannot write the capture '{}': {}; free some space or choose another place "
                  "with --out",
                  path, std::strerror(errno)));
}

void append_kind(CaptureRecord kind, std::string& body) {
  append_number(static_cast<std::uint8_t>(kind), body);
}

void append_data(const DataDigests& data, std::string& body) {
  append_number(std::uint64_t{data.size()}, body);
  for (const auto& [name, digest] : data) {
    append_text(name, body);
    append_number(digest, body);
  }
}

}  // namespace

CaptureWriter::CaptureWriter(const std::string& path, const CaptureHeader& header)
    : path_(path), header_(header), file_(std::fopen(path.c_str(), "wb")) {
  if (file_ == nullptr) fail(path_);
  std::string start(kCaptureMagic);
  append_number(header.format, start);
  write(start);
  append_kind(CaptureRecord::kHeader, body_);
  append_text(header.scenario, body_);
  append_number(header.scenario_hash, body_);
  append_number(header.seed, body_);
  append_number(header.ordering, body_);
  append_text(header.version, body_);
  append_number(std::uint64_t{header.imports.size()}, body_);
  for (const std::string& name : header.imports) append_text(name, body_);
  if (header.format > kFirstCaptureFormat) append_data(header.data, body_);
  write_record(body_);
  flush();
}

CaptureWriter::~CaptureWriter() = default;

void CaptureWriter::add(const std::string& import, TimeNs time_ns, const Message& message) {
  const auto at = std::find(header_.imports.begin(), header_.imports.end(), import);
  DSE_CHECK(at != header_.imports.end(), "the capture's run has no import '{}'", import);
  begin(CaptureRecord::kMessage, time_ns);
  append_number(static_cast<std::uint32_t>(at - header_.imports.begin()), body_);
  append_number(time_ns, body_);
  append_message(message, body_);
  write_record(body_);
}

void CaptureWriter::add(const ClientCommand& command, TimeNs time_ns) {
  DSE_CHECK(header_.format >= kClientsFormat, "the capture's format {} has no commands", header_.format);
  begin(CaptureRecord::kCommand, time_ns);
  append_number(time_ns, body_);
  append_client_command(command, body_);
  write_record(body_);
}

void CaptureWriter::begin(CaptureRecord kind, TimeNs time_ns) {
  DSE_CHECK(time_ns > 0 && time_ns >= last_ns_, "an import at {} ns after one at {} ns", time_ns, last_ns_);
  last_ns_ = time_ns;
  ++messages_;
  body_.clear();
  append_kind(kind, body_);
}

void CaptureWriter::end(TimeNs time_ns) {
  DSE_CHECK(time_ns >= last_ns_, "the run ended at {} ns, before the import at {} ns", time_ns, last_ns_);
  body_.clear();
  append_kind(CaptureRecord::kEnd, body_);
  append_number(time_ns, body_);
  append_number(messages_, body_);
  write_record(body_);
  if (std::fclose(file_.release()) != 0) fail(path_);
}

void CaptureWriter::flush() {
  if (file_ == nullptr) return;  // ended, and closed
  if (std::fflush(file_.get()) != 0) fail(path_);
}

void CaptureWriter::write(std::string_view bytes) {
  DSE_CHECK(file_ != nullptr, "the capture '{}' was ended before", path_);
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_.get()) != bytes.size()) fail(path_);
}

void CaptureWriter::write_record(std::string_view body) {
  checksum_ = capture_checksum(checksum_, body);
  std::string head;
  append_number(std::uint64_t{body.size()}, head);
  append_number(checksum_, head);
  write(head);
  write(body);
}

}  // namespace dse
