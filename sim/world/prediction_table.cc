#include "sim/world/prediction_table.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <utility>

#include "core/csv.h"

namespace dse {

PredictionTable::PredictionTable(LineSink lines, const Scorer& scorer)
    : lines_(std::move(lines)), scorer_(scorer) {
  lines_("virtual_time_ns,model,message,answers,label,confidence,truth,data_index");
}

void PredictionTable::on_event(const RunEvent& event) {
  if (!event.answer) return;
  const Message& prediction = **event.message;
  const auto header = [&prediction](std::string_view name) {
    const HeaderValue* value = prediction.headers().find(name);
    return value == nullptr ? "" : to_text(*value);
  };
  const std::optional<int> truth = scorer_.truth(prediction.correlation_id());
  const auto index = indices_.find(prediction.correlation_id());
  lines_(fmt::format("{},{},{},{},{},{},{},{}", event.time_ns, csv_field(prediction.app_id()),
                     csv_field(prediction.id()), csv_field(prediction.correlation_id()),
                     csv_field(header("label")), csv_field(header("confidence")),
                     truth ? fmt::format("{}", *truth) : "",
                     index == indices_.end() ? "" : fmt::format("{}", index->second)));
}

}  // namespace dse
