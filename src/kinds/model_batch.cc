#include "kinds/model_batch.h"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "kinds/message_state.h"
#include "message/content_types.h"

namespace dse {
namespace {

constexpr std::uint32_t kMessageIdBytesMax = std::numeric_limits<std::uint32_t>::max();

MessagePtr error_message(const ModelBatch::One& one, Machine& machine) {
  const bool wrong = one.predicted != one.label;
  return machine.compose({.key = fmt::format("{}.error", machine.name()),
                          .headers = {{"model", machine.name()},
                                      {"error", std::int64_t{wrong}},
                                      {"truth", std::int64_t{one.label}},
                                      {"predicted", std::int64_t{one.predicted}}},
                          .correlation_id = one.message->id(),
                          .content_type = std::string(kErrorContentType)});
}

}  // namespace

void save_batch(const ModelBatch& batch, StateWriter& writer) {
  writer.add_u64(batch.examples.size());
  for (const ModelBatch::One& one : batch.examples) {
    writer.add_u32(static_cast<std::uint32_t>(one.label));
    writer.add_text(one.message->id());
    writer.add(payload_of(*one.message));
    writer.add_u32(one.answer ? 1 : 0);
    if (one.answer) save_answer(*one.answer, writer);
  }
}

void load_batch(StateReader& reader, const BatchForm& form, ModelBatch& batch) {
  for (std::uint64_t left = reader.count(form.examples_max, "messages"); left > 0; --left) {
    const int label = static_cast<int>(reader.u32());
    std::string id(reader.text(kMessageIdBytesMax));
    ModelBatch::One one{.message = load_message(reader, form.payload_bytes, std::move(id)), .label = label};
    if (reader.u32() != 0) one.answer = load_answer(reader, form.classes);
    batch.examples.push_back(std::move(one));
  }
}

Program error_messages(const ModelBatch& learned, const std::string& errors, Machine& machine) {
  Program steps;
  for (const ModelBatch::One& one : learned.examples) {
    if (one.predicted >= 0) steps.push_back(write_resource(errors, error_message(one, machine)));
  }
  return steps;
}

}  // namespace dse
