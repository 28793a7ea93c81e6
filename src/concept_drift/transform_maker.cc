#include "concept_drift/transform_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "concept_drift/class_prior.h"
#include "concept_drift/class_swap.h"
#include "concept_drift/contrast.h"
#include "concept_drift/feature_map.h"
#include "concept_drift/pixel_noise.h"
#include "concept_drift/pixel_shift.h"
#include "concept_drift/rotation.h"
#include "core/counted.h"
#include "core/names.h"
#include "dse/error.h"

namespace dse {
namespace {

class TransformMaker {
 public:
  TransformMaker(const ConceptDrift& drift, const Dataset& dataset, const std::string& component)
      : drift_(drift), dataset_(dataset), component_(component) {}

  std::unique_ptr<ItemTransform> make() const;

 private:
  template <typename... Arguments>
  [[noreturn]] void refuse(fmt::format_string<Arguments...> text, Arguments&&... arguments) const {
    throw InputError(drift_.place, fmt::format(text, std::forward<Arguments>(arguments)...));
  }
  ImageSize image_size() const;
  void require_labels() const;
  std::unique_ptr<ItemTransform> rotation() const;
  std::unique_ptr<ItemTransform> shift() const;
  std::unique_ptr<ItemTransform> class_swap() const;
  std::unique_ptr<ItemTransform> class_prior() const;
  std::unique_ptr<ItemTransform> feature_map(double factor, double added) const;
  std::size_t place_of(const std::string& feature) const;

  const ConceptDrift& drift_;
  const Dataset& dataset_;
  const std::string& component_;
};

std::unique_ptr<ItemTransform> TransformMaker::make() const {
  switch (drift_.kind) {
    case ConceptDriftKind::kRotation:
      return rotation();
    case ConceptDriftKind::kShift:
      return shift();
    case ConceptDriftKind::kNoise:
      image_size();
      return std::make_unique<PixelNoise>(drift_.deviation);
    case ConceptDriftKind::kContrast:
      image_size();
      return std::make_unique<Contrast>(drift_.factor);
    case ConceptDriftKind::kClassSwap:
      return class_swap();
    case ConceptDriftKind::kClassPrior:
      return class_prior();
    case ConceptDriftKind::kFeatureShift:
      return feature_map(1, drift_.added);
    case ConceptDriftKind::kFeatureScale:
      return feature_map(drift_.factor, 0);
  }
  return nullptr;
}

// Throws unless the data are images.
ImageSize TransformMaker::image_size() const {
  if (dataset_.features() > 0)
    refuse("'{}' sends rows of numbers, and this drift is of images: expected one of features or classes",
           component_);
  return {dataset_.rows(), dataset_.columns()};
}

std::unique_ptr<ItemTransform> TransformMaker::rotation() const {
  const ImageSize size = image_size();
  if (std::max(size.rows, size.columns) > Rotation::kSideMax)
    refuse("'{}' sends images of {} x {}: only those of at most {} rows and columns can be turned",
           component_, size.rows, size.columns, Rotation::kSideMax);
  return std::make_unique<Rotation>(size, drift_.degrees);
}

std::unique_ptr<ItemTransform> TransformMaker::shift() const {
  const ImageSize size = image_size();
  if (std::abs(drift_.by[0]) >= size.rows || std::abs(drift_.by[1]) >= size.columns)
    refuse(
        "moves images of {} x {}, which '{}' sends, out of sight: expected fewer rows and columns than they "
        "have",
        size.rows, size.columns, component_);
  return std::make_unique<PixelShift>(size, drift_.by);
}

void TransformMaker::require_labels() const {
  if (!dataset_.has_labels())
    refuse("'{}' knows no labels of what it sends, so its classes cannot drift: name them", component_);
}

std::unique_ptr<ItemTransform> TransformMaker::class_swap() const {
  require_labels();
  for (const int label : drift_.classes) {
    if (label >= dataset_.classes())
      refuse("there is no class {}: the labels of what '{}' sends are 0 to {}", label, component_,
             dataset_.classes() - 1);
  }
  return std::make_unique<ClassSwap>(drift_.classes);
}

std::unique_ptr<ItemTransform> TransformMaker::class_prior() const {
  require_labels();
  if (drift_.weights.size() != static_cast<std::size_t>(dataset_.classes()))
    refuse("{} for {}, those of what '{}' sends: expected one for each",
           counted(drift_.weights.size(), "weight"),
           counted(static_cast<std::uint64_t>(dataset_.classes()), "class", "classes"), component_);
  return std::make_unique<ClassPrior>(drift_.weights);
}

std::unique_ptr<ItemTransform> TransformMaker::feature_map(double factor, double added) const {
  if (dataset_.features() == 0)
    refuse(
        "'{}' sends images, and this drift is of the features of a table: expected one of images or classes",
        component_);
  std::vector<std::size_t> changed;
  for (const std::string& feature : drift_.features) changed.push_back(place_of(feature));
  const auto features = static_cast<std::size_t>(dataset_.features());
  if (changed.empty()) {
    changed.resize(features);
    std::iota(changed.begin(), changed.end(), std::size_t{0});
  }
  return std::make_unique<FeatureMap>(FeatureMap::Options{
      .features = features, .changed = std::move(changed), .factor = factor, .added = added});
}

std::size_t TransformMaker::place_of(const std::string& feature) const {
  const std::vector<std::string>& names = dataset_.feature_names();
  const auto found = std::find(names.begin(), names.end(), feature);
  if (found == names.end())
    refuse("'{}' sends no feature '{}'{}", component_, feature, suggestion(feature, names));
  return static_cast<std::size_t>(found - names.begin());
}

}  // namespace

std::unique_ptr<ItemTransform> make_transform(const ConceptDrift& drift, const Dataset& dataset,
                                              const std::string& component) {
  return TransformMaker(drift, dataset, component).make();
}

}  // namespace dse
