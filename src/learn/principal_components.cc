#include "learn/principal_components.h"

#include "learn/eigen.h"

namespace dse {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int kIterations = 8;

}  // namespace

PrincipalComponents::PrincipalComponents(std::size_t pixels, std::size_t components, RandomStream& random)
    : pixels_(pixels),
      components_(components),
      directions_(pixels * padded(components)),
      offset_(padded(components)) {
  fix_eigen_blocking();
  for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
    for (std::size_t component = 0; component < components; ++component) {
      directions_[pixel * stride() + component] = static_cast<float>(2 * random.uniform() - 1);
    }
  }
}

void PrincipalComponents::find(std::span<const std::uint8_t> images) {
  const std::size_t count = images.size() / pixels_;
  Matrix sample(index(count), index(pixels_));
  for (std::size_t at = 0; at < count * pixels_; ++at) {
    sample.data()[at] = square_root_pixels()[images[at]];
  }
  Eigen::RowVectorXf mean = Eigen::RowVectorXf::Zero(index(pixels_));
  for (std::size_t row = 0; row < count; ++row) mean += sample.row(index(row));
  mean /= static_cast<float>(count);
  for (std::size_t row = 0; row < count; ++row) sample.row(index(row)) -= mean;

  Eigen::Map<Matrix, Eigen::Aligned32> all_directions(directions_.data(), index(pixels_), index(stride()));
  Eigen::MatrixXf directions = all_directions.leftCols(index(components_));
  for (int iteration = 0; iteration < kIterations; ++iteration) {
    const Eigen::MatrixXf projected = sample * directions;
    directions.noalias() = sample.transpose() * projected;
    const Eigen::HouseholderQR<Eigen::MatrixXf> factors(directions);
    directions = factors.householderQ() * Eigen::MatrixXf::Identity(index(pixels_), index(components_));
  }
  all_directions.leftCols(index(components_)) = directions;
  Eigen::Map<Eigen::RowVectorXf, Eigen::Aligned32>(offset_.data(), index(components_)) = -(mean * directions);
}

void PrincipalComponents::project(const std::uint8_t* pixels, float* result) {
  row_.gather_pixels(pixels, pixels_, square_root_pixels());
  row_.multiply(directions_.data(), stride(), offset_.data(), result);
}

void PrincipalComponents::hash_state(Hasher& hasher) const {
  hasher.add(std::as_bytes(std::span(directions_)));
  hasher.add(std::as_bytes(std::span(offset_)));
}

void PrincipalComponents::save_state(StateWriter& writer) const {
  writer.add(directions_);
  writer.add(offset_);
}

void PrincipalComponents::load_state(StateReader& reader) {
  reader.read(directions_);
  reader.read(offset_);
}

}  // namespace dse
