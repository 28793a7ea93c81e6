#include "dse/dataset.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/check.h"
#include "dataset/file_error.h"
#include "dataset/image_reader.h"

namespace dse {
namespace {

std::uint64_t memory_bytes() {
  return static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
         static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void require_fits_memory(const ImageReader& reader, const std::string& path) {
  const std::uint64_t announced = reader.count() * reader.image_bytes();
  if (announced <= memory_bytes()) return;
  refuse_file(path, fmt::format("announces {} images of {} x {} pixels, {} bytes; this "
                                "machine has {} bytes of memory",
                                reader.count(), reader.rows(), reader.columns(), announced, memory_bytes()));
}

}  // namespace

std::span<const std::byte> Dataset::image(std::size_t index) const {
  DSE_CHECK(index < count_, "image {} of {}", index, count_);
  return std::span(pixels_).subspan(index * image_bytes(), image_bytes());
}

int Dataset::label(std::size_t index) const {
  DSE_CHECK(index < labels_.size(), "label {} of {}", index, labels_.size());
  return labels_[index];
}

void Dataset::require_labels_below(int classes) const {
  const auto wrong =
      std::find_if(labels_.begin(), labels_.end(), [&](int label) { return label >= classes; });
  if (wrong == labels_.end()) return;
  refuse_file(labels_path_, fmt::format("item {} has the label {}, expected labels from 0 to {}",
                                        wrong - labels_.begin(), static_cast<int>(*wrong), classes - 1));
}

std::shared_ptr<const Dataset> load_dataset(const std::string& images_path,
                                            const std::optional<std::string>& labels_path) {
  ImageReader reader(images_path, labels_path);
  require_fits_memory(reader, images_path);
  const auto dataset = std::make_shared<Dataset>();
  dataset->count_ = reader.count();
  dataset->rows_ = reader.rows();
  dataset->columns_ = reader.columns();
  dataset->labels_path_ = labels_path.value_or("");
  // The machine provides reserved memory only as images arrive: a header that lies costs nothing.
  const std::size_t image_bytes = reader.image_bytes();
  dataset->pixels_.reserve(reader.count() * image_bytes);
  for (std::size_t index = 0; index < reader.count(); ++index) {
    dataset->pixels_.resize(dataset->pixels_.size() + image_bytes);
    const std::uint8_t label = reader.read(std::span(dataset->pixels_).last(image_bytes));
    if (!reader.has_labels()) continue;
    dataset->labels_.push_back(label);
    dataset->classes_ = std::max(dataset->classes_, label + 1);
  }
  reader.finish();
  dataset->images_digest_ = reader.images_digest();
  dataset->labels_digest_ = reader.labels_digest();
  return dataset;
}

}  // namespace dse
