#include "sim/capture/capture_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "core/byte_form.h"
#include "dse/error.h"
#include "message/message_bytes.h"
#include "sim/capture/client_bytes.h"
#include "sim/scenario/run_files.h"

namespace dse {
namespace {

constexpr std::uint64_t kRecordHeadBytes = 16;

}  // namespace

CaptureReader::CaptureReader(const std::string& path) : path_(path) {
  std::error_code error;
  if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error)) {
    throw InputError({.file = path}, fmt::format("is not a file: name the file '{}' of the run directory of "
                                                 "an attached run",
                                                 kCaptureFile));
  }
  file_.open(path, std::ios::binary);
  if (!file_) throw InputError({.file = path}, fmt::format("cannot be opened: {}", std::strerror(errno)));
  size_ = left_ = std::filesystem::file_size(path, error);
  if (error) throw InputError({.file = path}, fmt::format("cannot be read: {}", error.message()));
  read_start();
  read_header();
}

void CaptureReader::refuse(const std::string& what) const {
  throw InputError({.file = path_}, fmt::format("is damaged at byte {}: {}; copy it again from where it was "
                                                "written",
                                                at_, what));
}

void CaptureReader::read_start() {
  constexpr std::uint64_t kBytes = kCaptureMagic.size() + sizeof kCaptureFormat;
  std::string start(std::min(left_, kBytes), '\0');
  file_.read(start.data(), static_cast<std::streamsize>(start.size()));
  left_ -= start.size();
  if (!file_ || !start.starts_with(kCaptureMagic) || start.size() < kBytes) {
    throw InputError({.file = path_}, fmt::format("is not a capture: name the file '{}' of the run directory "
                                                  "of an attached run",
                                                  kCaptureFile));
  }
  header_.format = ByteReader(std::string_view(start).substr(kCaptureMagic.size())).number<std::uint32_t>();
  if (header_.format < kFirstCaptureFormat || header_.format > kClientsFormat) {
    throw InputError({.file = path_},
                     fmt::format("is a capture of format {}, this program reads formats {} to {}: use the "
                                 "version of dse that wrote it",
                                 header_.format, kFirstCaptureFormat, kClientsFormat));
  }
}

void CaptureReader::read_header() {
  if (!read_record()) {
    throw InputError({.file = path_}, fmt::format("was cut off {}, before its header was whole: nothing of "
                                                  "its run can be repeated",
                                                  cut_));
  }
  ByteReader reader(body_);
  if (reader.number<std::uint8_t>() != static_cast<std::uint8_t>(CaptureRecord::kHeader))
    refuse("its first record is no header");
  header_.scenario = reader.text();
  header_.scenario_hash = reader.number<std::uint64_t>();
  header_.seed = reader.number<std::uint64_t>();
  header_.ordering = reader.number<std::uint64_t>();
  header_.version = reader.text();
  for (auto left = reader.number<std::uint64_t>(); left > 0 && !reader.failed(); --left)
    header_.imports.emplace_back(reader.text());
  if (header_.format > kFirstCaptureFormat) read_data(reader);
  if (!reader.at_end()) refuse("its header is not one");
}

void CaptureReader::read_data(ByteReader& reader) {
  for (auto left = reader.number<std::uint64_t>(); left > 0 && !reader.failed(); --left) {
    const std::string name(reader.text());
    // A header has one form only: sorted by name, ascending.
    if (!header_.data.empty() && name <= header_.data.rbegin()->first) refuse("its header is not one");
    header_.data.emplace(name, reader.number<std::uint64_t>());
  }
}

// Reads the next record into body_. False at the end of what is whole; then cut_ says where that is.
bool CaptureReader::read_record() {
  if (!cut_.empty() || end_ns_) return false;
  at_ = size_ - left_;
  const auto cut = [this](std::string_view how) {
    cut_ = fmt::format("at byte {}, {}", at_, how);
    return false;
  };
  if (left_ == 0) return cut("after a whole record");
  if (left_ < kRecordHeadBytes) return cut("in the middle of a record");
  std::string head(kRecordHeadBytes, '\0');
  file_.read(head.data(), static_cast<std::streamsize>(head.size()));
  ByteReader reader(head);
  const auto length = reader.number<std::uint64_t>();
  const auto checksum = reader.number<std::uint64_t>();
  if (length > left_ - kRecordHeadBytes) return cut("in the middle of a record");
  body_.resize(length);
  file_.read(body_.data(), static_cast<std::streamsize>(length));
  if (!file_) throw InputError({.file = path_}, fmt::format("cannot be read: {}", std::strerror(errno)));
  if (capture_checksum(checksum_, body_) != checksum) return cut("where a record has a wrong checksum");
  checksum_ = checksum;
  left_ -= kRecordHeadBytes + length;
  return true;
}

std::optional<CapturedMessage> CaptureReader::next() {
  if (!read_record()) return std::nullopt;
  ByteReader reader(body_);
  const auto kind = static_cast<CaptureRecord>(reader.number<std::uint8_t>());
  if (kind == CaptureRecord::kMessage) return read_message(reader.rest());
  if (kind == CaptureRecord::kCommand && header_.format >= kClientsFormat) return read_command(reader.rest());
  if (kind != CaptureRecord::kEnd) refuse("it has a record that is neither a message nor the end");
  read_end(reader.rest());
  return std::nullopt;
}

CapturedMessage CaptureReader::read_message(std::string_view rest) {
  ByteReader reader(rest);
  CapturedMessage captured;
  captured.import = reader.number<std::uint32_t>();
  captured.time_ns = reader.number<std::int64_t>();
  captured.message = decode_message(reader.rest());
  if (!captured.message) refuse("it has a message that is not whole");
  if (captured.import >= header_.imports.size()) refuse("it has a message of an import without a name");
  note_time(captured.time_ns);
  return captured;
}

CapturedMessage CaptureReader::read_command(std::string_view rest) {
  ByteReader reader(rest);
  CapturedMessage captured{.time_ns = reader.number<std::int64_t>()};
  captured.command = decode_client_command(reader.rest());
  if (!captured.command) refuse("it has a command of a client that is not whole");
  if (const auto* publication = std::get_if<ClientPublication>(&captured.command->action))
    captured.message = publication->message;
  note_time(captured.time_ns);
  return captured;
}

void CaptureReader::note_time(TimeNs time_ns) {
  if (time_ns <= 0 || time_ns < last_ns_) refuse("it has a message before its time");
  last_ns_ = time_ns;
  ++messages_;
}

void CaptureReader::read_end(std::string_view rest) {
  ByteReader reader(rest);
  const auto time_ns = reader.number<std::int64_t>();
  const auto count = reader.number<std::uint64_t>();
  if (!reader.at_end() || time_ns < last_ns_ || time_ns == INT64_MAX || count != messages_)
    refuse("its end does not fit its messages");
  if (left_ != 0) refuse("it goes on after its end");
  end_ns_ = time_ns;
}

CaptureSurvey survey_capture(const std::string& path) {
  CaptureReader reader(path);
  CaptureSurvey survey{.header = reader.header()};
  survey.messages_by_import.resize(survey.header.imports.size());
  while (const std::optional<CapturedMessage> captured = reader.next()) {
    if (survey.messages++ == 0) survey.first_ns = captured->time_ns;
    survey.last_ns = captured->time_ns;
    if (!captured->command) {
      ++survey.messages_by_import[captured->import];
      continue;
    }
    ++survey.commands;
    if (std::holds_alternative<ClientOpened>(captured->command->action)) ++survey.clients;
  }
  survey.end_ns = reader.end_ns();
  survey.cut = reader.cut();
  survey.checksum = reader.checksum();
  return survey;
}

}  // namespace dse
