#include "kinds/item_data.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "dse/error.h"

namespace dse {
namespace {

constexpr std::int64_t kTimeScaleMax = 1'000'000'000;

std::optional<Slice> read_slice(const KeyReader& keys) {
  const auto pair = keys.pair_if_any("slice");
  if (!pair) return std::nullopt;
  if (pair->first < 0 || pair->second <= pair->first) {
    keys.refuse("slice", fmt::format("[{}, {}] is not a slice: expected the first index and one "
                                     "past the last",
                                     pair->first, pair->second));
  }
  return Slice{pair->first, pair->second, keys.place("slice")};
}

// The data set that one key names, or the files that others do.
ItemData read_which(const KeyReader& keys, const ItemDataRules& rules) {
  ItemData data{.images = read_file_if_any(keys, "images"),
                .labels = read_file_if_any(keys, rules.labels_key),
                .labels_key = rules.labels_key};
  data.source = keys.data_if_any("data");
  if (data.source == nullptr) {
    if (!data.images) keys.refuse("images", "is missing: name a file of images, or a data set, with `data`");
    if (rules.labels_required && !data.labels) keys.refuse(rules.labels_key, "is missing");
    return data;
  }
  for (const std::string& key : {std::string("images"), rules.labels_key}) {
    if (read_file_if_any(keys, key))
      keys.refuse(key, "names a file, and `data` a data set: leave out one of them");
  }
  return data;
}

}  // namespace

std::optional<NamedFile> read_file_if_any(const KeyReader& keys, std::string_view key) {
  const std::optional<std::string> path = keys.text_if_any(key);
  if (!path) return std::nullopt;
  return NamedFile{*path, keys.place(key)};
}

Extent extent_of(const std::optional<Slice>& slice, const Dataset& dataset) {
  const auto size = static_cast<std::int64_t>(dataset.size());
  if (!slice) return {0, static_cast<std::uint32_t>(size)};
  if (slice->last > size) {
    throw InputError(slice->place,
                     fmt::format("[{}, {}] is out of range: the file has {} {}", slice->first, slice->last,
                                 size, dataset.features() > 0 ? "rows" : "images"));
  }
  return {static_cast<std::uint32_t>(slice->first), static_cast<std::uint32_t>(slice->last)};
}

RecordedTimes read_time_scale(const KeyReader& keys) {
  const auto pair = keys.pair_if_any("time_scale");
  if (!pair) return {};
  if (pair->first < 0 || pair->second < 1 || pair->first > kTimeScaleMax || pair->second > kTimeScaleMax) {
    keys.refuse("time_scale",
                fmt::format("[{}, {}] is not a ratio: expected a numerator from 0 and a denominator "
                            "from 1, each at most {}",
                            pair->first, pair->second, kTimeScaleMax));
  }
  return {pair->first, pair->second};
}

TimeNs RecordedTimes::offset_ns(TimeNs time_ns) const {
  __extension__ using Wide = __int128;
  const Wide scaled = static_cast<Wide>(time_ns) * numerator / denominator;
  if (scaled > std::numeric_limits<TimeNs>::max())
    throw RunError("an item would be sent after the end of virtual time: lower `time_scale`");
  return static_cast<TimeNs>(scaled);
}

std::vector<ReadFile> ItemData::files() const {
  if (source != nullptr) return source->files;
  std::vector<ReadFile> files = {{"images", images->path, images->place}};
  if (labels) files.push_back({labels_key, labels->path, labels->place});
  return files;
}

std::shared_ptr<const Dataset> ItemData::open(DatasetCache& cache, bool in_memory) const {
  if (source != nullptr) return source->open({.cache = cache, .in_memory = in_memory});
  return cache.get({images->path, labels ? std::optional(labels->path) : std::nullopt});
}

std::vector<KeyInfo> item_data_keys(const std::string& labels_key, const std::string& labels_meaning) {
  return {
      {.name = "data",
       .type = KeyType::kData,
       .meaning = "the NAME of a [data set](scenario-format.md#dataname), in place of files of images"},
      {.name = "images", .type = KeyType::kFile, .meaning = "IDX file of images, gzipped or plain"},
      {.name = labels_key, .type = KeyType::kFile, .meaning = labels_meaning},
      {.name = "rate",
       .type = KeyType::kRate,
       .meaning = "items per second, unless the data set says when each arrived"},
      {.name = "time_scale",
       .type = KeyType::kPair,
       .meaning = "`[numerator, denominator]`: the data set's times are multiplied by this ratio; by default "
                  "they are as they were"},
      {.name = "slice",
       .type = KeyType::kPair,
       .bound = KeyBound::kSlice,
       .meaning = "the items of the data set that are sent, `[first, one past the last]`; by default all"}};
}

ItemData read_item_data(const KeyReader& keys, const ItemDataRules& rules) {
  ItemData data = read_which(keys, rules);
  data.slice = read_slice(keys);
  const bool has_times = data.source != nullptr && data.source->has_times;
  const bool has_rate = keys.rate_if_any("rate").has_value();
  if (has_times && has_rate)
    keys.refuse("rate", "is one too many: the data set has `time`, which says when each item arrives");
  if (!has_times && !has_rate) keys.refuse("rate", "is missing");
  if (!has_times && keys.pair_if_any("time_scale"))
    keys.refuse("time_scale", "has nothing to multiply: the data set has no `time`");
  if (has_times) data.times = read_time_scale(keys);
  return data;
}

MessageFields fields_of(const DataItem& item, const Dataset& dataset) {
  return {.payload = Payload(item.owner, item.bytes),
          .content_type = dataset.features() > 0 ? "application/vnd.dse.f32" : "application/octet-stream"};
}

LabelFields::LabelFields(const Dataset& dataset) {
  for (int label = 0; label < dataset.classes(); ++label) {
    One one{.key = key_of_label(label), .headers = {{"label", std::int64_t{label}}}};
    if (!dataset.class_names().empty())
      one.headers.set("class", dataset.class_names()[static_cast<std::size_t>(label)]);
    by_label_.push_back(std::move(one));
  }
}

void LabelFields::set(MessageFields& fields, int label) const {
  const One& one = by_label_[static_cast<std::size_t>(label)];
  fields.key = one.key;
  fields.headers = one.headers;
}

std::string key_of_label(int label) { return fmt::format("{}", label); }

std::vector<Sample> sample_of_each_label(const Dataset& dataset) {
  std::vector<Sample> samples;
  for (int label = 0; label < dataset.classes(); ++label)
    samples.push_back({.index = 0, .key = key_of_label(label), .label = label});
  return samples;
}

double ItemSequence::share_taken() const {
  const std::size_t count = indices_ ? indices_->size() : extent_.count();
  return count == 0 ? 1 : static_cast<double>(next_) / static_cast<double>(count);
}

std::optional<DataItem> ItemSequence::next() {
  if (indices_) {
    if (next_ == indices_->size()) return std::nullopt;
    const std::uint32_t index = (*indices_)[next_++];
    DataItem item{.index = index, .owner = dataset_, .bytes = dataset_->item(index)};
    if (dataset_->has_labels()) item.label = dataset_->label(index);
    return item;
  }
  if (cursor_ == nullptr) {
    cursor_ = dataset_->read();
    for (std::uint32_t skipped = 0; skipped < extent_.first; ++skipped) cursor_->next();
  }
  if (next_ < extent_.count()) {
    ++next_;
    return cursor_->next();
  }
  // Only a cursor that has come to the end of a file knows that it is still the one that was scanned.
  if (extent_.last == dataset_->size()) cursor_->next();
  return std::nullopt;
}

}  // namespace dse
