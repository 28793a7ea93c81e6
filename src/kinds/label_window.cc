#include "kinds/label_window.h"

#include <limits>
#include <span>

#include "kinds/message_state.h"

namespace dse {
namespace {

constexpr std::uint32_t kIdBytesMax = std::numeric_limits<std::uint32_t>::max();

}  // namespace

void save_answer(const EarlierAnswer& answer, StateWriter& writer) {
  writer.add_u32(static_cast<std::uint32_t>(answer.prediction.label));
  writer.add_f64(answer.prediction.confidence);
  writer.add_u64(answer.probabilities.size());
  writer.add(std::span(answer.probabilities));
}

EarlierAnswer load_answer(StateReader& reader, std::size_t classes) {
  EarlierAnswer answer;
  answer.prediction.label = static_cast<int>(reader.u32());
  answer.prediction.confidence = reader.f64();
  answer.probabilities.resize(reader.count(classes, "probabilities"));
  reader.read(std::span(answer.probabilities));
  return answer;
}

template <typename Value>
void LabelWindow::Waiting<Value>::add(const std::string& id, Value value, std::size_t most) {
  if (take(id)) ++forgotten;
  if (most == 0) {
    ++forgotten;
    return;
  }
  if (count() == most) {
    numbers.erase(by_number.begin()->second.first);
    by_number.erase(by_number.begin());
    ++forgotten;
  }
  numbers.emplace(id, next);
  by_number.emplace_hint(by_number.end(), next++, std::pair(id, std::move(value)));
}

template <typename Value>
std::optional<Value> LabelWindow::Waiting<Value>::take(const std::string& id) {
  const auto number = numbers.find(id);
  if (number == numbers.end()) return std::nullopt;
  const auto found = by_number.find(number->second);
  std::optional<Value> value = std::move(found->second.second);
  by_number.erase(found);
  numbers.erase(number);
  return value;
}

std::optional<int> LabelWindow::add_answered(AnsweredMessage answered) {
  const std::string& id = answered.message->id();
  if (const std::optional<int> label = labels_.take(id)) return label;
  messages_.add(id, std::move(answered), size_);
  return std::nullopt;
}

std::optional<AnsweredMessage> LabelWindow::add_label(const std::string& message_id, int label) {
  std::optional<AnsweredMessage> answered = messages_.take(message_id);
  if (!answered) labels_.add(message_id, label, size_);
  return answered;
}

void LabelWindow::add_counts(const LabelWindow& crashed) {
  messages_.crashed = crashed.never_labelled();
  labels_.crashed = crashed.never_answered();
}

void LabelWindow::save(StateWriter& writer) const {
  writer.add_u64(messages_.count());
  for (const auto& [number, waiting] : messages_.by_number) {
    writer.add_text(waiting.first);
    writer.add(payload_of(*waiting.second.message));
    save_answer(waiting.second.answer, writer);
  }
  writer.add_u64(labels_.count());
  for (const auto& [number, waiting] : labels_.by_number) {
    writer.add_text(waiting.first);
    writer.add_u32(static_cast<std::uint32_t>(waiting.second));
  }
}

void LabelWindow::load(StateReader& reader, const Form& form) {
  for (std::uint64_t left = reader.count(size_, "messages"); left > 0; --left) {
    const std::string id(reader.text(kIdBytesMax));
    MessagePtr message = load_message(reader, form.payload_bytes, id);
    messages_.add(id, {.message = std::move(message), .answer = load_answer(reader, form.classes)}, size_);
  }
  for (std::uint64_t left = reader.count(size_, "labels"); left > 0; --left) {
    const std::string id(reader.text(kIdBytesMax));
    labels_.add(id, static_cast<int>(reader.u32()), size_);
  }
  messages_.loaded = messages_.count();
  labels_.loaded = labels_.count();
}

}  // namespace dse
