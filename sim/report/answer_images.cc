#include "sim/report/answer_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "dataset/dataset_maker.h"
#include "dse/error.h"
#include "dse/hash.h"
#include "protocol/base64.h"
#include "sim/report/png_image.h"

namespace dse {
namespace {

// The name that the component has in the scenario: a replica has that of its table.
std::string table_of(const FinishedRun& run, const std::string& component) {
  for (const ReportJson& one : run.topology.at("components")) {
    if (one.at("name") == component) return one.value("replica_of", component);
  }
  return component;
}

}  // namespace

std::string AnswerImages::uri(const WrongAnswer& answer) {
  if (!answer.index) {
    note("what they answered came from no data set of this run");
    return "";
  }
  const std::shared_ptr<const Dataset> images = images_of(answer.source);
  if (images == nullptr) return "";
  if (*answer.index >= images->size()) {
    note(fmt::format("{} has fewer images than the run used", images->path()));
    return "";
  }
  const std::string png =
      png_of({.rows = images->rows(), .columns = images->columns(), .pixels = images->item(*answer.index)});
  std::string uri = "data:image/png;base64,";
  append_base64(std::as_bytes(std::span(png)), uri);
  return uri;
}

std::shared_ptr<const Dataset> AnswerImages::images_of(const std::string& component) {
  const auto found = images_.find(component);
  if (found != images_.end()) return found->second;
  std::shared_ptr<const Dataset> images;
  try {
    images = load(component);
  } catch (const InputError& refusal) {
    note(refusal.what());
  }
  return images_.emplace(component, std::move(images)).first->second;
}

void AnswerImages::note(const std::string& reason) {
  if (std::find(reasons_.begin(), reasons_.end(), reason) == reasons_.end()) reasons_.push_back(reason);
}

std::shared_ptr<const Dataset> AnswerImages::load(const std::string& component) const {
  const std::string table = "component." + table_of(run_, component);
  std::string written = key(table + ".images");
  const std::string data = written.empty() ? key(table + ".data") : "";
  const std::string format = data.empty() ? "idx" : key(fmt::format("data.{}.format", data));
  if (format == "png") {
    written = key(fmt::format("data.{}.folder", data));
  } else if (format != "idx") {
    throw InputError({.file = component},
                     fmt::format("sends rows of the data set {}, which has no images", data));
  } else if (!data.empty()) {
    written = key(fmt::format("data.{}.images", data));
  }
  if (written.empty()) throw InputError({.file = component}, "makes what it sends, and reads no images");
  const std::filesystem::path path = run_.scenario_path.parent_path() / written;
  std::shared_ptr<const Dataset> images =
      format == "png" ? DatasetMaker::from_pictures(
                            {.folder = path.string(), .classes = texts(fmt::format("data.{}.classes", data))})
                      : load_dataset(path.string(), std::nullopt);
  const ReportJson& digests = run_.summary.at("data");
  const auto digest = digests.find(written);
  if (digest == digests.end() || *digest != hex64(images->digest()))
    throw InputError({.file = path.string()}, "is not any more what the run has read");
  return images;
}

std::vector<std::string> AnswerImages::texts(const std::string& key) const {
  const ReportJson& keys = run_.summary.at("keys");
  const auto found = keys.find(key);
  if (found == keys.end()) return {};
  std::vector<std::string> texts;
  for (const ReportJson& one : found->is_array() ? *found : ReportJson::array({*found})) {
    if (one.is_string()) texts.push_back(one.get<std::string>());
  }
  return texts;
}

std::string AnswerImages::key(const std::string& key) const {
  const ReportJson& keys = run_.summary.at("keys");
  const auto found = keys.find(key);
  return found != keys.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace dse
