#include "kinds/message_file.h"

#include <fmt/format.h>

#include <utility>

#include "protocol/json_line.h"
#include "protocol/program_values.h"

namespace dse {

MessageFile::MessageFile(const std::string& path, bool takes_clients)
    : lines_(path, {.bytes_max = kMessageLineBytesMax}), takes_clients_(takes_clients) {}

std::optional<MessageLine> MessageFile::next() {
  while (lines_.next()) {
    try {
      if (std::optional<MessageLine> message = take(parse())) return message;
    } catch (const LineFault& fault) {
      throw InputError(lines_.place(fault.column()), fault.what());
    } catch (const ProtocolError& error) {
      refuse(error.what());
    }
  }
  return std::nullopt;
}

Json MessageFile::parse() const { return parse_json_line(lines_.line(), kVerbatimMember); }

// Empty for a line that is no message.
std::optional<MessageLine> MessageFile::take(const Json& json) {
  const bool is_first = !std::exchange(begun_, true);
  if (end_ns_) refuse("follows the line that says when the run ended: that is the last one");
  if (const auto capture = json.find("capture"); capture != json.end()) {
    if (!is_first) refuse("says from which run the messages are: only the first line does");
    require_members(json, {"capture"}, "the first line");
    capture_ = *capture;
    return std::nullopt;
  }
  if (json.contains("end")) {
    take_end(json);
    return std::nullopt;
  }
  MessageLine message = read_message_line(json);
  if (message.time_ns) require_order(*message.time_ns, "the time of a message");
  if (message.client && !takes_clients_) return std::nullopt;
  return message;
}

void MessageFile::take_end(const Json& json) {
  require_members(json, {"end"}, "the last line");
  if (capture_.is_null()) {
    refuse(
        "says when a run ended, and no first line says which run that was: leave it out, and set the "
        "scenario's "
        "`until`, or --until");
  }
  const TimeNs end_ns = read_time(json["end"], "the end");
  require_order(end_ns, "the end");
  end_ns_ = end_ns;
}

void MessageFile::require_order(TimeNs time_ns, const char* what) {
  if (time_ns < last_ns_) {
    refuse(fmt::format("{} is {}, before that of an earlier line, {}: sort the lines by time", what,
                       format_duration(time_ns), format_duration(last_ns_)));
  }
  last_ns_ = time_ns;
}

}  // namespace dse
