// The content types by which components recognise messages that are no data. Such a message has an empty
// payload; its headers say everything.
#pragma once

#include <string_view>

namespace dse {

// The label of an earlier message, which its correlation id names. Its header is `label`.
inline constexpr std::string_view kLabelContentType = "application/vnd.dse.label";

// Whether a model predicted an example rightly before it learned from it. Its correlation id is that of the
// example; its headers are `model`, `error` (0 or 1), `truth` and `predicted`.
inline constexpr std::string_view kErrorContentType = "application/vnd.dse.error";

// Something watched is no longer what it was. The header `level` is one of the two below; without one it is a
// drift.
inline constexpr std::string_view kAlarmContentType = "application/vnd.dse.alarm";
inline constexpr std::string_view kAlarmLevel = "level";
inline constexpr std::string_view kDriftLevel = "drift";
inline constexpr std::string_view kWarningLevel = "warning";

}  // namespace dse
